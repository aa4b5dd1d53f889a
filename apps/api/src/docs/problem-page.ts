import { Problem, type ProblemName, problems } from '../problem/problem.ts';
import { docsPage, escaped } from './page.ts';
import type { ProblemGuide } from './problem-guide.ts';
import { problemGuides } from './problem-guides.ts';

/** Whether there is a problem of this name. */
export function isProblemName(name: string): name is ProblemName {
  return Object.hasOwn(problemGuides, name);
}

/** The page of a problem: what it means, why it comes, what to do, and an example. */
export function problemPage(name: ProblemName): string {
  const { means, why, todo, example }: ProblemGuide = problemGuides[name];
  const { status, title } = problems[name];
  const body = `<main class="text">
<h1>${escaped(title)}</h1>
<p class="quiet"><code>/problems/${name}</code> · status ${status}</p>
<p>${marked(means)}</p>
<h2>Why it comes</h2>
${list(why)}
<h2>What to do</h2>
${list(todo)}
<h2>Example</h2>
<pre tabindex="0">${escaped(exampleOf(name, example))}</pre>
<p><a href="/problems">All problems</a></p>
</main>`;
  return docsPage(title, '/problems', body);
}

/** The page that lists all problems, by status. */
export function problemsPage(): string {
  const names = (Object.keys(problemGuides) as ProblemName[]).sort((a, b) => problems[a].status - problems[b].status);
  const rows = names.map(
    (name) =>
      `<tr><td>${problems[name].status}</td><td><a href="/problems/${name}">${name}</a></td><td>${escaped(problems[name].title)}</td></tr>`,
  );
  const body = `<main class="text">
<h1>Problems</h1>
<p>Every answer that is not a success is an <code>application/problem+json</code> object (RFC 9457): <code>type</code> is stable and
names a page here, <code>detail</code> says what happened this time, <code>errors</code> the places of all faults of the input, and
<code>requestId</code> the line of the log.</p>
<table>
<thead><tr><th scope="col">Status</th><th scope="col">Name</th><th scope="col">Title</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</main>`;
  return docsPage('Problems', '/problems', body);
}

function exampleOf(name: ProblemName, { detail, headers = {}, ...extras }: ProblemGuide['example']): string {
  const problem = new Problem(name, detail, extras);
  const lines = Object.entries({ 'content-type': 'application/problem+json', ...headers });
  const head = [`HTTP/1.1 ${problem.status}`, ...lines.map(([header, value]) => `${header}: ${value}`)].join('\n');
  return `${head}\n\n${JSON.stringify(problem.toBody('3f0f2d7e-2a53-4f0c-9b3b-0f3a5f1d9a10'), null, 2)}`;
}

function list(items: readonly string[]): string {
  return `<ul>\n${items.map((item) => `<li>${marked(item)}</li>`).join('\n')}\n</ul>`;
}

/** Text with `code` and [links](/path) as HTML. */
function marked(text: string): string {
  return escaped(text)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\[([^\]]+)\]\((\/[a-z/]*)\)/g, '<a href="$2">$1</a>');
}
