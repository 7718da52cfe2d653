import { HomePage } from '../../schemas/responses'
import { operation } from '../http/operation'
import { respondText } from '../http/respond'
import { answerConsole } from './console-file'

/** Loads nothing, and holds nothing that not everybody may see: whoever opens the address in a browser gets it. */
export const homePage = {
  html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Maestro Server</title>
<link rel="icon" href="data:,">
</head>
<body>
<h1>Maestro Server</h1>
<p>It is running. Here is its <a href="/docs">API reference</a>, also as an <a href="/openapi.json">OpenAPI document</a>.
Where a token is configured, both need it.</p>
</body>
</html>
`,
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy':
      "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
  },
}

export const home = operation({
  method: 'GET',
  path: '/',
  name: 'server.home',
  sessionAccess: 'read',
  summary: 'Get the console, in a browser',
  description:
    'Where it is not built, a page that leads to this reference. Answers anyone, without a token too.',
  answers: { status: 200, schema: HomePage, type: 'text/html' },
  example: () => ({}),
  run: async (c) => (await answerConsole(c)) ?? respondText(c, 200, homePage.html, homePage.headers),
})
