/** Text as part of HTML, also inside a quoted attribute. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Where the pages lead to, in the order of the bar. */
const places = [
  ['/', 'Dashboard'],
  ['/docs', 'API'],
  ['/problems', 'Problems'],
  ['/admin/queues', 'Bull Board'],
] as const;

/** A page of the documentation: `head` and `body` are HTML, `here` the place of the bar that it is. */
export function docsPage(title: string, here: '/docs' | '/problems', body: string, head = ''): string {
  const links = places.map(
    ([path, name]) => `<a href="${path}"${path === here ? ' aria-current="page"' : ''}>${name}</a>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} · Reprice</title>
<link rel="icon" href="data:,">
${head}<link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
<nav class="bar" aria-label="Reprice"><strong>Reprice</strong> ${links.join(' ')}</nav>
${body}
</body>
</html>
`;
}
