// Where one agent is tried: folders of its own, the mock model, and the environment of a server and of the agent.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../contract/server'
import { makeHome } from './home'
import { startModel } from './model'

export const program = join(import.meta.dirname, '../../../dist/cli.js')

/** In this folder, which is empty. Whoever makes it ends `model.process`. */
export const makePlace = async (folder: string) => {
  const inside = (name: string) => {
    mkdirSync(join(folder, name))
    return join(folder, name)
  }
  const [home, app, logs] = [inside('home'), inside('app'), inside('logs')]
  const modelLog = join(logs, 'model.ndjson')
  const model = await startModel(modelLog)
  const port = await freePort()
  const environment = {
    PATH: process.env.PATH ?? '',
    ...makeHome(home, model.url),
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: join(folder, 'data'),
    SESSION_DIR: join(folder, 'sessions'),
    SKILLS_DIR: join(folder, 'skills'),
    MANIFEST_GENERATOR: 'server',
  }
  return { home, app, logs, model, modelLog, url: `http://127.0.0.1:${port}`, environment }
}
