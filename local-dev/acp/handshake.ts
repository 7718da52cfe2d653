/** The beginning of a connection: who is there, what it can, and whether it speaks the same version. */
import { setTimeout as sleep } from 'node:timers/promises'
import type * as z from 'zod'
import { version } from '../../package.json'
import { reasonOf } from '../lib/reason'
import type { Connection } from './connection'
import { AcpClosed, AcpStartError, type AcpStartProblem } from './errors'
import { jsonOf } from './json-of'
import { readable } from './lines'
import { lastWords } from './output-end'
import { acpVersion, InitializeResponse, SteeringMeta } from './protocol'

/** Of what it answered wrongly. */
const maxShownLength = 200

interface HandshakeOptions {
  /** What people call the agent. */
  name: string
  timeoutMs: number
  /** Its standard error, and what it wrote between the messages. */
  output(): string[]
}

/** No file and no terminal: an agent uses its own, and asks before it does. */
const parameters = {
  protocolVersion: acpVersion,
  clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
  clientInfo: { name: 'maestro', title: 'Maestro', version },
}

/** What the agent says of itself. Throws `AcpStartError`; the agent is then left as it is. */
export const shakeHands = async (connection: Connection, { name, timeoutMs, output }: HandshakeOptions) => {
  const failed = (problem: AcpStartProblem, message: string, cause?: unknown) => {
    const words = lastWords(output())
    const text = words === '' ? message : `${message}; it wrote: ${words}`
    return new AcpStartError(problem, text, output().join('\n').trim(), cause)
  }
  const timer = new AbortController()
  const answered = connection.request('initialize', parameters).then(
    (result) => ({ result }),
    (error: unknown) => {
      if (error instanceof AcpClosed)
        throw failed('exited', `${error.message}, before it had answered over ACP`, error)
      throw failed('refused', `${name} refused to begin: ${reasonOf(error)}`, error)
    },
  )
  const tooLate = sleep(timeoutMs, undefined, { signal: timer.signal })
  const answer = await Promise.race([answered, tooLate]).finally(() => timer.abort())
  if (!answer) throw failed('timeout', `${name} has not answered over ACP within ${timeoutMs / 1000} s`)
  const { success, data } = InitializeResponse.safeParse(answer.result)
  if (!success) throw failed('refused', `${name} answered initialize with ${shown(answer.result)}`)
  if (data.protocolVersion !== acpVersion)
    throw failed(
      'version',
      `${name} speaks version ${shown(data.protocolVersion)} of ACP, and only version ${acpVersion} is spoken here`,
    )
  return introductionOf(data, answer.result)
}

const shown = (value: unknown) => readable(jsonOf(value) || 'nothing').slice(0, maxShownLength)

const introductionOf = (answer: z.infer<typeof InitializeResponse>, raw: unknown) => {
  const { agentInfo = {}, agentCapabilities = {}, authMethods = [] } = answer
  const { name, title, version: agentVersion } = agentInfo
  const isSteered = [agentCapabilities._meta, answer._meta].some(
    (meta) => SteeringMeta.safeParse(meta).data?.steering.supported,
  )
  return {
    protocolVersion: acpVersion,
    info: { name, title, version: agentVersion },
    capabilities: {
      loadSession: agentCapabilities.loadSession ?? false,
      steering: isSteered,
      mcp: {
        http: agentCapabilities.mcpCapabilities?.http ?? false,
        sse: agentCapabilities.mcpCapabilities?.sse ?? false,
      },
      promptImage: agentCapabilities.promptCapabilities?.image ?? false,
      raw,
    },
    authMethods,
  }
}
