/** For scripts that run from their sources: Markdown is imported as text, as the bundler and wrangler do it. */
import { register } from 'node:module'

const hooks = `
import { readFile } from 'node:fs/promises'
export const load = async (url, context, next) => {
  const { protocol, pathname } = new URL(url)
  if (protocol !== 'file:' || !pathname.endsWith('.md')) return next(url, context)
  const source = 'export default ' + JSON.stringify(await readFile(new URL(url), 'utf8'))
  return { format: 'module', shortCircuit: true, source }
}`

register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url)
