import { createHash } from 'node:crypto';

const style = `:root{color-scheme:light dark;font-family:system-ui,sans-serif}
body{min-height:100vh;margin:0;display:grid;place-items:center}
form{display:grid;gap:.75rem;width:min(22rem,90vw)}
h1{font-size:1.25rem;margin:0}
p{margin:0}
[role=alert]{color:light-dark(#a40000,#ff8f8f)}
input,button{font:inherit;padding:.6rem;border-radius:.4rem;border:1px solid light-dark(#8a8a8a,#767676)}
button{cursor:pointer;background:light-dark(#114b8c,#9cc4f5);color:light-dark(#fff,#111);border:0}`;

/** The Content-Security-Policy under which the login page is served: its own style and form, nothing else. */
export const loginPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The login page. `next` is the path to go to afterwards. */
export function loginPage(next: string, message?: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Reprice: log in</title><style>${style}</style></head>
<body>
<form method="post" action="/login">
<h1>Reprice</h1>
<p>Log in with an API key.</p>
${message === undefined ? '' : `<p role="alert">${escaped(message)}</p>\n`}<input type="hidden" name="next" value="${escaped(next)}">
<label for="key">API key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
</body>
</html>
`;
}

/** A path of ours to go to after the login; anything else becomes the start page. */
export function safeNext(next: unknown): string {
  const ours = typeof next === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.includes('\\');
  return ours ? next.slice(0, 500) : '/';
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
