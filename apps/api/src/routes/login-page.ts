import { createHash } from 'node:crypto';
import { escaped } from '../docs/page.ts';

const style = `:root{color-scheme:light dark;font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
*{box-sizing:border-box}
body{min-height:100vh;margin:0;padding:16px;display:grid;place-items:center;background:light-dark(#f7f7f8,#0e0f11);color:light-dark(#17181c,#eceef1)}
main{width:min(380px,100%);padding:28px;border:1px solid light-dark(#e7e7ea,#26282d);border-radius:14px;background:light-dark(#fff,#16171a);box-shadow:0 8px 30px light-dark(rgb(20 20 40/6%),rgb(0 0 0/40%))}
form{display:grid;gap:10px}
h1{font-size:20px;line-height:1.3;margin:0;letter-spacing:-.01em}
p{margin:0 0 6px;color:light-dark(#62656e,#9a9fa9)}
[role=alert]{padding:10px 12px;border:1px solid light-dark(#f0c9cb,#5a2a2f);border-radius:8px;background:light-dark(#fdf1f1,#2a1619);color:light-dark(#17181c,#eceef1)}
label{font-weight:550}
input,button{font:inherit;padding:8px 12px;border-radius:8px;border:1px solid light-dark(#d3d4d9,#3a3d44);background:light-dark(#f7f7f8,#0e0f11);color:inherit;width:100%}
button{margin-top:6px;cursor:pointer;font-weight:550;background:light-dark(#5151cd,#8f8ff5);color:light-dark(#fff,#0e0f11);border-color:transparent}
button:hover{background:light-dark(#4343b8,#a5a5f8)}
:focus-visible{outline:2px solid light-dark(#5151cd,#8f8ff5);outline-offset:2px}`;

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
<main>
<form method="post" action="/login">
<h1>Reprice</h1>
<p>Log in with an API key. A key of scope read looks, one of scope write submits and replays, one of scope admin sets budget and limits, too.</p>
${message === undefined ? '' : `<p role="alert">${escaped(message)}</p>\n`}<input type="hidden" name="next" value="${escaped(next)}">
<label for="key">API key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
</main>
</body>
</html>
`;
}

/** A path of ours to go to after the login; anything else becomes the start page. */
export function safeNext(next: unknown): string {
  const ours = typeof next === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.includes('\\');
  return ours ? next.slice(0, 500) : '/';
}
