import * as z from 'zod'
import { agentDocs, agentFields, chosenFields } from './agent'
import type { ErrorCode } from './errors'
import { isObject, optionalOnCreate, reference, rewritingBody } from './fields'
import { anyObject, references, someReferences } from './lists'
import { SessionManifest } from './manifest'
import { Session, Strategy } from './session'
import { Role } from './template'

const SpawnSource = z.enum(['ui', 'session'])

const docs = {
  projectId: { description: 'Project to work in', examples: ['proj_1738713600000_x7k9m2p4q'] },
  taskIds: { description: 'Tasks to work on', examples: [['task_1738713700000_p9q2r5t8w']] },
  spawnSource: { description: 'Who asks: a person, or a running session', examples: ['ui'] },
}

const SpawnFields = z
  .object({
    projectId: z.string().trim().min(1).meta(docs.projectId),
    taskIds: someReferences().meta(docs.taskIds),
    spawnSource: optionalOnCreate(SpawnSource).meta(docs.spawnSource),
    sessionId: optionalOnCreate(z.string()).meta({
      description: 'The parent session; needed when spawnSource is session',
      examples: ['sess_1738713800000_m4n5o6p7q'],
    }),
    spawnedBy: optionalOnCreate(z.string()).meta({
      description: 'Old spelling of sessionId',
      examples: ['sess_1738713800000_m4n5o6p7q'],
    }),
    role: optionalOnCreate(Role).meta({ description: 'Role, default worker', examples: ['worker'] }),
    strategy: optionalOnCreate(Strategy).meta({ description: 'Default simple', examples: ['simple'] }),
    sessionName: optionalOnCreate(z.string().trim().max(200)).meta({
      description: 'Name of the session; default after its first task',
      examples: ['Worker for the login page'],
    }),
    skills: optionalOnCreate(references()).meta({
      description: 'Skills that the agent is given',
      examples: [['maestro-worker']],
    }),
    context: optionalOnCreate(anyObject()).meta({
      description: 'Merged into the manifest’s context.custom',
      examples: [{ ticket: 'APP-12' }],
    }),
    model: optionalOnCreate(agentFields.model).meta({
      ...agentDocs.model,
      description: 'Model, in the agent’s words; default: the first task’s, else as the agent is configured',
    }),
    agent: optionalOnCreate(agentFields.agent).meta(agentDocs.agent),
    permissionMode: optionalOnCreate(agentFields.permissionMode).meta(agentDocs.permissionMode),
    drive: optionalOnCreate(agentFields.drive).meta(agentDocs.drive),
    worktree: optionalOnCreate(agentFields.worktree).meta(agentDocs.worktree),
    budget: optionalOnCreate(agentFields.budget).meta(agentDocs.budget),
    mode: z
      .unknown()
      .optional()
      .meta({
        description: 'Newer word for role: coordinator is an orchestrator',
        examples: ['coordinator'],
      }),
    templateId: optionalOnCreate(reference()).meta({
      description: 'Template of the prompt; default: the role’s',
      examples: ['tmpl_1738713600000_k3j4h5g6f'],
    }),
  })
  .refine((body) => !isObject(body) || body.spawnSource !== 'session' || body.sessionId !== undefined, {
    path: ['sessionId'],
    error: 'sessionId is required',
    // Also when other fields are wrong: all problems are reported at once.
    when: () => true,
  })

/** `spawnedBy` is the old spelling of the parent's id, `mode` the newest of the role; a blank parent is none. */
const acceptOtherWords = (body: Record<string, unknown>) => ({
  ...body,
  ...(body.role == null && body.mode === 'coordinator' && { role: 'orchestrator' }),
  sessionId: [body.sessionId, body.spawnedBy].find((id) => id != null && id !== ''),
})

const aText = { type: 'string', minLength: 1 }

/** As JSON Schema: a session that asks says which one it is. */
const parentOfSession = {
  if: { required: ['spawnSource'], properties: { spawnSource: { const: 'session' } } },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so.
  then: {
    anyOf: [
      { required: ['sessionId'], properties: { sessionId: aText } },
      { required: ['spawnedBy'], properties: { spawnedBy: aText } },
    ],
  },
}

export const SpawnSessionRequest = rewritingBody(acceptOtherWords, SpawnFields).meta({
  title: 'SpawnSessionRequest',
  description: 'Body of POST /api/sessions/spawn',
  ...parentOfSession,
})

/** The refusals of a malformed spawn, in the order in which they are reported, by the field that is wrong. */
export const spawnRefusals: readonly (readonly [field: string, code: ErrorCode])[] = [
  ['projectId', 'missing_project_id'],
  ['taskIds', 'invalid_task_ids'],
  ['spawnSource', 'invalid_spawn_source'],
  ['sessionId', 'missing_session_id'],
  ['role', 'invalid_role'],
  ['strategy', 'invalid_strategy'],
]

const EnvVars = z
  .record(z.string(), z.string())
  .meta({ description: 'Environment for the command', examples: [{ MAESTRO_STRATEGY: 'simple' }] })
const command = z
  .string()
  .meta({ description: 'What to run in the terminal', examples: ['maestro worker init'] })
const cwd = z.string().meta({ description: 'Where to run it', examples: ['/home/ada/app'] })

export const SpawnEvent = z
  .object({
    session: Session.meta({ description: 'The session' }),
    command,
    cwd,
    envVars: EnvVars,
    manifest: SessionManifest.meta({ description: 'Its manifest' }),
    projectId: z.string().meta(docs.projectId),
    taskIds: z.array(z.string()).meta(docs.taskIds),
    ...chosenFields,
    spawnSource: SpawnSource.meta(docs.spawnSource),
    parentSessionId: z
      .string()
      .nullable()
      .meta({ description: 'The session that asked, if one did', examples: [null] }),
    _isSpawnCreated: z.literal(true).meta({ description: 'Always true', examples: [true] }),
  })
  .meta({ title: 'SpawnEvent', description: 'Data of session:spawn: open a terminal for this session' })

export const SpawnResponse = z
  .object({
    success: z.literal(true).meta({ description: 'Always true', examples: [true] }),
    sessionId: z
      .string()
      .meta({ description: 'Id of the session', examples: ['sess_1738713800000_m4n5o6p7q'] }),
    manifestPath: z.string().meta({
      description: 'Absolute path of the manifest (hosted: its URL)',
      examples: ['/home/ada/.maestro/sessions/sess_1738713800000_m4n5o6p7q/manifest.json'],
    }),
    message: z
      .string()
      .meta({ description: 'For people', examples: ['Spawn request sent to Agent Maestro'] }),
    command,
    initialCommand: command,
    cwd,
    envVars: EnvVars,
    session: Session.meta({ description: 'The session' }),
    warnings: z
      .array(z.string())
      .optional()
      .meta({
        description: 'What a person may want to know before the session works; absent if there is nothing',
        examples: [
          ['Task task_1738713700000_p9q2r5t8w is in the living session sess_1, too: both will do it'],
        ],
      }),
  })
  .meta({ title: 'SpawnResponse', description: 'What was spawned' })

export type SpawnSessionRequest = z.infer<typeof SpawnSessionRequest>
export type SpawnEvent = z.infer<typeof SpawnEvent>
export type SpawnResponse = z.infer<typeof SpawnResponse>
