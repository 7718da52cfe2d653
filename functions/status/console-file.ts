import { consoleAnswer, consoleFileName } from '../http/console-answer'
import type { RequestContext } from '../services/app-services'

/** A file of the console, where it is built; undefined: there is none at this path. */
export const answerConsole = async (c: RequestContext): Promise<Response | undefined> => {
  const { method, path } = c.req
  const name = method === 'GET' || method === 'HEAD' ? consoleFileName(path) : undefined
  const file = name === undefined ? undefined : await c.env.console?.file(name)
  if (name === undefined || !file) return undefined
  const asked = {
    method,
    host: c.req.header('Host'),
    acceptEncoding: c.req.header('Accept-Encoding'),
  }
  return consoleAnswer(name, file, asked, c.get('headers'))
}
