/**
 * What is read of an agent's messages in version 1 of ACP (Agent Client Protocol, `schema/v1/schema.json` of
 * `@agentclientprotocol/sdk` 2.4.0, and what older agents say besides). What an agent adds is kept; of the optional, what is
 * null or not as the schema has it counts as absent, as that schema asks for.
 */
import * as z from 'zod'

/** The one version that is spoken here. */
export const acpVersion = 1 as const

const optional = <T extends z.ZodType>(schema: T) =>
  schema
    .nullable()
    .catch(null)
    .transform((value) => value ?? undefined)
    .optional()

/** Elements that are not as they should be are left out. */
const listOf = <T extends z.ZodType>(schema: T) =>
  z.array(z.unknown()).transform((items) =>
    items.flatMap((item): z.output<T>[] => {
      const read = schema.safeParse(item)
      return read.success ? [read.data] : []
    }),
  )

const meta = optional(z.record(z.string(), z.unknown()))

const ContentBlock = z.looseObject({
  /** `text`, `image`, `audio`, `resource_link`, `resource`, or what may come. */
  type: z.string(),
  text: optional(z.string()),
  uri: optional(z.string()),
  name: optional(z.string()),
})

const ToolCallContent = z.looseObject({
  /** `content`, `diff`, `terminal`, or what may come. */
  type: z.string(),
  content: optional(ContentBlock),
  path: optional(z.string()),
  oldText: optional(z.string()),
  newText: optional(z.string()),
  terminalId: optional(z.string()),
})

const toolKinds = [
  'read',
  'edit',
  'delete',
  'move',
  'search',
  'execute',
  'think',
  'fetch',
  'switch_mode',
  'other',
] as const

/** What a tool call says of itself; in an update and in a question only what has changed. */
const ToolCall = z.looseObject({
  toolCallId: z.string(),
  title: optional(z.string()),
  /** The tool's own name. */
  name: optional(z.string()),
  kind: optional(z.enum(toolKinds)),
  /** It is open while it is `pending` or `in_progress`; `completed`, `failed`, and any word that may come end it. */
  status: optional(z.string()),
  content: optional(listOf(ToolCallContent)),
  locations: optional(listOf(z.looseObject({ path: z.string(), line: optional(z.number()) }))),
  rawInput: z.unknown().optional(),
  rawOutput: z.unknown().optional(),
  _meta: meta,
})
export type ToolCall = z.infer<typeof ToolCall>

const Choice = z.looseObject({ value: z.string(), name: optional(z.string()) })
const ChoiceGroup = z.looseObject({ options: listOf(Choice) })

const ConfigOption = z
  .looseObject({
    id: z.string(),
    name: optional(z.string()),
    /** `mode`, `model`, `model_config`, `thought_level`, or another. */
    category: optional(z.string()),
    currentValue: optional(z.union([z.string(), z.boolean()])),
    options: optional(
      listOf(z.union([Choice.transform((one) => [one]), ChoiceGroup.transform(({ options }) => options)])),
    ),
  })
  .transform(({ options = [], ...option }) => ({
    ...option,
    /** Those of groups as well. */
    options: options.flat(),
  }))
/** Something that can be chosen for a session. */
export type ConfigOption = z.infer<typeof ConfigOption>

const chunk = { content: ContentBlock, messageId: optional(z.string()), _meta: meta }
const KnownUpdate = z.discriminatedUnion('sessionUpdate', [
  z.looseObject({ sessionUpdate: z.literal('user_message_chunk'), ...chunk }),
  z.looseObject({ sessionUpdate: z.literal('agent_message_chunk'), ...chunk }),
  z.looseObject({ sessionUpdate: z.literal('agent_thought_chunk'), ...chunk }),
  ToolCall.extend({ sessionUpdate: z.literal('tool_call') }),
  ToolCall.extend({ sessionUpdate: z.literal('tool_call_update') }),
  z.looseObject({
    sessionUpdate: z.literal('plan'),
    entries: listOf(
      z.looseObject({
        content: z.string(),
        priority: optional(z.string()),
        /** `pending`, `in_progress`, `completed`. */
        status: optional(z.string()),
      }),
    ),
    _meta: meta,
  }),
  z.looseObject({ sessionUpdate: z.literal('current_mode_update'), currentModeId: z.string(), _meta: meta }),
  z.looseObject({
    sessionUpdate: z.literal('config_option_update'),
    configOptions: listOf(ConfigOption),
    _meta: meta,
  }),
  z.looseObject({
    sessionUpdate: z.literal('usage_update'),
    /** Tokens that are in the context, and that fit into it. */
    used: optional(z.number()),
    size: optional(z.number()),
    /** Of the session until now. */
    cost: optional(z.looseObject({ amount: z.number(), currency: z.string() })),
    _meta: meta,
  }),
  z.looseObject({ sessionUpdate: z.literal('notice'), title: z.string(), severity: optional(z.string()) }),
  z.looseObject({ sessionUpdate: z.literal('compaction_update'), status: optional(z.string()), _meta: meta }),
  z.looseObject({ sessionUpdate: z.literal('compaction_summary_chunk'), _meta: meta }),
  z.looseObject({
    sessionUpdate: z.literal('session_info_update'),
    title: optional(z.string()),
    _meta: meta,
  }),
  z.looseObject({
    sessionUpdate: z.literal('available_commands_update'),
    availableCommands: listOf(z.looseObject({ name: z.string() })),
  }),
])

/** What an agent says that it does. `unknown` is whatever is not listed in `protocol.ts`, as it came. */
export type SessionUpdate = z.infer<typeof KnownUpdate> | { sessionUpdate: 'unknown'; raw: unknown }

const toSessionUpdate = (raw: unknown): SessionUpdate => {
  const read = KnownUpdate.safeParse(raw)
  return read.success ? read.data : { sessionUpdate: 'unknown', raw }
}

/** The parameters of `session/update`. */
export const SessionNotification = z.looseObject({
  sessionId: z.string(),
  update: z.unknown().optional().transform(toSessionUpdate),
})

const PermissionOption = z.looseObject({
  optionId: z.string(),
  name: optional(z.string()),
  /** `allow_once`, `allow_always`, `reject_once`, `reject_always`, or what may come. */
  kind: optional(z.string()),
})
export type PermissionOption = z.infer<typeof PermissionOption>

/** The parameters of `session/request_permission`. */
export const PermissionRequest = z.looseObject({
  sessionId: z.string(),
  toolCall: ToolCall,
  options: listOf(PermissionOption),
  _meta: meta,
})
/** The answer to it. */
export type PermissionOutcome = { outcome: 'selected'; optionId: string } | { outcome: 'cancelled' }
export type PermissionRequest = z.infer<typeof PermissionRequest>

const AuthMethod = z.looseObject({
  id: z.string(),
  name: optional(z.string()),
  description: optional(z.string()),
  /** `terminal`: the agent's own program with these arguments signs in. */
  type: optional(z.string()),
  args: optional(listOf(z.string())),
  _meta: meta,
})
export type AuthMethod = z.infer<typeof AuthMethod>

const flag = optional(z.boolean())

export const InitializeResponse = z.looseObject({
  /** Checked by `openAgent`, which names what came instead. */
  protocolVersion: z.unknown().optional(),
  agentInfo: optional(
    z.looseObject({
      name: optional(z.string()),
      title: optional(z.string()),
      version: optional(z.string()),
    }),
  ),
  agentCapabilities: optional(
    z.looseObject({
      loadSession: flag,
      promptCapabilities: optional(z.looseObject({ image: flag })),
      mcpCapabilities: optional(z.looseObject({ http: flag, sse: flag })),
      _meta: meta,
    }),
  ),
  authMethods: optional(listOf(AuthMethod)),
  _meta: meta,
})

/** Where in `_meta` an agent says that it can be steered. */
export const SteeringMeta = z.looseObject({ steering: z.looseObject({ supported: z.boolean() }) })

const SessionState = z.looseObject({
  modes: optional(
    z.looseObject({
      currentModeId: z.string(),
      availableModes: listOf(z.looseObject({ id: z.string(), name: optional(z.string()) })),
    }),
  ),
  /** Of agents from before there were config options. */
  models: optional(
    z.looseObject({
      currentModelId: z.string(),
      availableModels: listOf(z.looseObject({ modelId: z.string(), name: optional(z.string()) })),
    }),
  ),
  configOptions: optional(listOf(ConfigOption)),
})
export type SessionState = Pick<z.infer<typeof SessionState>, 'modes' | 'models' | 'configOptions'>

export const NewSessionResponse = SessionState.extend({ sessionId: z.string() })

/** Some agents answer null, or nothing at all. */
export const LoadSessionResponse = SessionState.nullish()

/** Not in the schema any more; what it holds is not promised either. */
export const SetModelResponse = SessionState.pick({ models: true })

export const ConfigOptionsResponse = z.looseObject({ configOptions: listOf(ConfigOption) })

const count = optional(z.number().nonnegative())
const TurnUsage = z.looseObject({
  inputTokens: count,
  outputTokens: count,
  totalTokens: count,
  cachedReadTokens: count,
  cachedWriteTokens: count,
  thoughtTokens: count,
})
/** Tokens of one turn; what counts into what differs from agent to agent. */
export type TurnUsage = z.infer<typeof TurnUsage>

export const PromptResponse = z.looseObject({
  /** `end_turn`, `max_tokens`, `max_turn_requests`, `refusal`, `cancelled`, or what may come. */
  stopReason: z.string(),
  usage: optional(TurnUsage),
  _meta: meta,
})

export const SteeringResponse = z.looseObject({ outcome: optional(z.string()) })

export const ErrorObject = z.looseObject({
  code: optional(z.number()),
  message: optional(z.string()),
  data: z.unknown().optional(),
})
