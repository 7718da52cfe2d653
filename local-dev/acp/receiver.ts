/** From the bytes that an agent writes to whoever they are for. */
import { setImmediate } from 'node:timers/promises'
import type { Connection, Received } from './connection'
import { jsonOf } from './json-of'
import { type AgentLine, createAgentLines, readable } from './lines'

interface ReceiverOptions {
  connection: Connection
  onMessage(message: unknown): void
  onNoise(text: string): void
  /** A larger message is skipped. */
  maxBytes: number
}

export const createReceiver = ({ connection, onMessage, onNoise, maxBytes }: ReceiverOptions) => {
  const lines = createAgentLines(maxBytes)

  const handle = (line: AgentLine): Received => {
    if (line.type === 'message') {
      onMessage(line.message)
      const result = connection.receive(line.message)
      if (result === 'noise') onNoise(readable(jsonOf(line.message)))
      return result
    }
    if (line.type === 'noise') {
      onNoise(line.text)
      return 'noise'
    }
    const reason = `A message of ${line.bytes} bytes was skipped: more than ${maxBytes} are not read`
    onNoise(reason)
    connection.skip(line.envelope, reason)
    return 'answer'
  }

  /** Who waits for an answer goes on, and what is asked is answered, before what came after it is looked at. */
  const read = async (some: Iterable<AgentLine>) => {
    for (const line of some) {
      const result = handle(line)
      if (result === 'answer' || result === 'request') await setImmediate()
    }
  }

  return {
    receive: (bytes: Uint8Array): Promise<void> => read(lines.write(bytes)),
    /** A last line without an end. */
    end: (): Promise<void> => read(lines.end()),
  }
}
