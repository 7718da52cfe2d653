/** What an agent says and does, as people read it: the output of the driver. */
import type { SessionUpdate } from '../acp/protocol'
import { type JoinedToolCall, titleOf } from './tool-calls'

/** Of the agent's last words so much is kept, the newest. */
const maxWords = 12_000

export const createTranscript = (write: (text: string) => void) => {
  let isLineOpen = false
  let words = ''
  const begun = new Set<string>()

  const raw = (text: string) => {
    if (text === '') return
    write(text)
    isLineOpen = !text.endsWith('\n')
  }
  const line = (text: string) => raw(`${isLineOpen ? '\n' : ''}${text}\n`)

  return {
    line,
    /** What is said to the agent. */
    prompted(text: string) {
      words = ''
      for (const each of text.trimEnd().split('\n')) line(`» ${each}`)
    },
    told(update: SessionUpdate) {
      if (update.sessionUpdate === 'agent_message_chunk') {
        const text = update.content.text ?? ''
        words = (words + text).slice(-maxWords)
        raw(text)
      }
      if (update.sessionUpdate === 'plan')
        for (const { content, status } of update.entries)
          line(`  ${status === 'completed' ? '[x]' : '[ ]'} ${content.replace(/\s+/g, ' ')}`)
      if (update.sessionUpdate === 'notice') line(`! ${update.title}`)
    },
    /** A tool call, as far as it is known now. Said when it begins, and when it fails. */
    tool(call: JoinedToolCall) {
      const { toolCallId, status } = call
      words = ''
      if (status !== undefined && status !== 'pending' && !begun.has(toolCallId)) {
        begun.add(toolCallId)
        line(`→ ${titleOf(call)}`)
      }
      if (call.isOpen) return
      if (status === 'failed') line(`✗ ${titleOf(call)}`)
      begun.delete(toolCallId)
    },
    /** What is put into its turn. */
    steered(text: string) {
      for (const each of text.trimEnd().split('\n')) line(`» ${each}`)
    },
    /** What follows is another's. */
    end: () => raw(isLineOpen ? '\n' : ''),
    /** What the agent has said since its last tool call, or its last prompt. */
    lastWords: () => words.trim(),
  }
}
