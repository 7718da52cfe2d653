/** The words after `maestro-server`: it takes none, since variables configure it. */
import { version } from '../../package.json'
import { variables } from '../../schemas/config'

/** What is printed instead of starting a server, and the exit code. */
interface Answer {
  text: string
  code: 0 | 64
}

/** Undefined where the server is to be started. */
export const answerTo = (words: readonly string[]): Answer | undefined => {
  const [first] = words
  if (first === undefined) return undefined
  if (words.some((word) => word === '--help' || word === '-h' || word === 'help'))
    return { text: help, code: 0 }
  if (first === '--version' || first === '-v') return { text: version, code: 0 }
  return { text: refusal(words), code: 64 }
}

/** `--port 4000` is `PORT=4000`. */
const refusal = ([first = '', second = 'VALUE']: readonly string[]): string => {
  const [, flag = '', value = second] = /^--?([^=]+)(?:=(.*))?$/s.exec(first) ?? []
  const variable = flag.toUpperCase().replaceAll('-', '_')
  const isVariable = Object.values(variables).some((name) => name === variable)
  const hint = isVariable ? `set the variable: ${variable}=${value} maestro-server` : 'maestro-server --help'
  return `maestro-server: it takes no words, and so not "${first}" (${hint})`
}

const help = `maestro-server ${version}: starts the server, which environment variables configure

USAGE [VARIABLE=VALUE …] maestro-server

  PORT                    where it listens; default 3000
  HOST                    on which address; default :: (all of them, IPv4 too)
  DATA_DIR                what is stored; default ~/.maestro/data
  SESSION_DIR             manifests and logs of sessions; default ~/.maestro/sessions
  SKILLS_DIR              skills; default ~/.agents-ui/maestro-skills
  MAESTRO_API_TOKEN       callers must send it, and may then be anywhere; without it only this machine is served

Also: ${Object.values(variables)
  .filter((name) => !/^(PORT|HOST|DATA_DIR|SESSION_DIR|SKILLS_DIR|MAESTRO_API_TOKEN)$/.test(name))
  .join(' ')
  .replace(/(.{60,90}) /g, '$1\n      ')}

  --help       Show this help
  --version    Show the version

"maestro serve" is the same with flags for running agents; "maestro --help" lists what else there is.

EXAMPLE

  PORT=4000 DATA_DIR=./data maestro-server`
