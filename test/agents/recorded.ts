// What the real agents said when they were recorded: npm run try:agents -- --record writes it anew.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { AgentInvocation, Preset } from '../../local-dev/agents/presets'
import { PermissionMode } from '../../schemas/agent'

/** All pages of help of an agent's program. */
export const helpOf = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'recordings', `${name}.txt`), 'utf8')

const Message = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
})
const Line = z.union([
  z.strictObject({ in: Message }).transform((line) => ({ direction: 'in', message: line.in })),
  z.strictObject({ out: Message }).transform((line) => ({ direction: 'out', message: line.out })),
])

/** Each message of a recorded session, in its order. */
const wireOf = (name: string) =>
  readFileSync(join(import.meta.dirname, '../acp/recordings', `${name}.ndjson`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Line.parse(JSON.parse(line)))

/** What was answered to the first request of a method. */
export const answerTo = (name: string, method: string): unknown => {
  const wire = wireOf(name)
  const request = wire.find(({ direction, message }) => direction === 'out' && message.method === method)
  return wire.find(
    ({ direction, message }) => direction === 'in' && message.id === request?.message.id && !message.method,
  )?.message.result
}

export const Handshake = z.looseObject({
  protocolVersion: z.number(),
  agentInfo: z.looseObject({ version: z.string() }).optional(),
  agentCapabilities: z.looseObject({ loadSession: z.boolean().optional() }),
  _meta: z.looseObject({ steering: z.looseObject({ supported: z.boolean() }).optional() }).optional(),
})

const NewSession = z.looseObject({
  modes: z.looseObject({ availableModes: z.array(z.looseObject({ id: z.string() })) }).optional(),
  configOptions: z
    .array(
      z.looseObject({
        category: z.string().optional(),
        options: z.array(z.looseObject({ value: z.string() })).optional(),
      }),
    )
    .optional(),
})

const modes: (string | undefined)[] = [...PermissionMode.options, undefined]

/** How an agent is called in each way that there is. */
const invocations: AgentInvocation[] = modes.flatMap((permissionMode) =>
  [true, false].map((interactive) => ({
    prompt: 'Do it',
    promptFile: '/sessions/one/prompt.md',
    interactive,
    model: 'some-model',
    permissionMode,
  })),
)

/** The options that a preset's commands have, each once. */
export const optionsOf = ({ terminal }: Preset): string[] => [
  ...new Set(
    invocations.flatMap(
      (invocation) => terminal?.command(invocation).filter((word) => /^--?[a-z][\w-]*$/.test(word)) ?? [],
    ),
  ),
]

export const isInHelp = (name: string, option: string): boolean => {
  const pages = helpOf(name).replaceAll(/^\$ .*$/gm, '')
  return new RegExp(`(?:^|[\\s,])${option}(?=[\\s,=<\\[]|$)`, 'm').test(pages)
}

/** The values that an option has in a preset's commands, each once. */
export const wordsAfter = ({ terminal }: Preset, option: string): string[] => [
  ...new Set(
    invocations.flatMap((invocation) => {
      const words = terminal?.command(invocation) ?? []
      return words.filter((_, index) => words[index - 1] === option)
    }),
  ),
]

/** The modes that a recorded session offered. */
export const offeredModes = (name: string): string[] => {
  const { modes, configOptions } = NewSession.parse(answerTo(name, 'session/new'))
  const option = configOptions?.find(({ category }) => category === 'mode')
  return modes?.availableModes.map(({ id }) => id) ?? option?.options?.map(({ value }) => value) ?? []
}

/** The modes that a preset sets, and its recorded session did not offer. */
export const missingModes = ({ name, acp }: Preset): string[] => {
  const offered = offeredModes(name)
  const wanted = PermissionMode.options.flatMap((mode) => acp?.sessionMode(mode) ?? [])
  return [...new Set(wanted)].filter((mode) => !offered.includes(mode))
}

const Question = z.looseObject({
  toolCall: z.looseObject({ kind: z.string().optional(), toolCallId: z.string() }),
})

/** The kinds of what it asked for, in its order: in the recorded session it writes a file, then runs a command. */
export const askedKinds = (name: string): (string | undefined)[] =>
  wireOf(name)
    .filter(({ direction, message }) => direction === 'in' && message.method === 'session/request_permission')
    .map(({ message }) => {
      const { toolCall } = Question.parse(message.params)
      return toolCall.kind ?? kindBefore(name, toolCall.toolCallId)
    })

/** What an update said of the same tool call. */
const kindBefore = (name: string, toolCallId: string): string | undefined => {
  const Update = z.looseObject({
    update: z.looseObject({ toolCallId: z.literal(toolCallId), kind: z.string() }),
  })
  for (const { message } of wireOf(name)) {
    const { data } = Update.safeParse(message.params)
    if (data) return data.update.kind
  }
  return undefined
}
