import * as z from 'zod'
import { chosenFields } from './agent'
import { anyObject } from './lists'
import { Strategy } from './session'
import { Model, TaskPriority } from './task'
import { Role } from './template'

/** Only `id` and `title` are required, for the reason given at `SessionManifest`. */
const ManifestTask = z.looseObject({
  id: z.string().meta({ description: 'Id of the task', examples: ['task_1738713700000_p9q2r5t8w'] }),
  title: z.string().meta({ description: 'What is to be done', examples: ['Add the login page'] }),
  description: z
    .string()
    .optional()
    .meta({ description: 'At length', examples: ['With e-mail and password.'] }),
  parentId: z
    .string()
    .nullable()
    .optional()
    .meta({ description: 'Parent task', examples: [null] }),
  acceptanceCriteria: z
    .array(z.string())
    .min(1)
    .optional()
    .meta({ description: 'When it counts as done', examples: [['Task completed as described']] }),
  dependencies: z
    .array(z.string())
    .optional()
    .meta({ description: 'Tasks it waits for', examples: [[]] }),
  priority: TaskPriority.optional().meta({ description: 'How urgent it is', examples: ['high'] }),
  projectId: z
    .string()
    .optional()
    .meta({ description: 'Its project', examples: ['proj_1738713600000_x7k9m2p4q'] }),
  createdAt: z
    .string()
    .optional()
    .meta({ description: 'When it was created, ISO 8601', examples: ['2026-02-08T10:00:00.000Z'] }),
  metadata: z
    .looseObject({
      initialPrompt: z
        .string()
        .optional()
        .meta({
          description: 'The agent’s first prompt, before the task itself',
          examples: ['Start with the tests.'],
        }),
    })
    .optional()
    .meta({ description: 'Anything more', examples: [{ initialPrompt: 'Start with the tests.' }] }),
})

const RelatedTask = z.looseObject({
  id: z.string().meta({ description: 'Id of the task', examples: ['task_1738713700000_q1w2e3r4t'] }),
  title: z.string().meta({ description: 'Its title', examples: ['Design the login page'] }),
  status: z.string().meta({ description: 'Its status', examples: ['completed'] }),
  relationship: z
    .enum(['depends_on', 'blocks', 'related_to'])
    .meta({ description: 'What it is to the session’s tasks', examples: ['depends_on'] }),
})

/**
 * What a session starts from. Valid with `manifestVersion`, `role` and `session.model` alone, since other
 * programs make manifests, too; ours has all fields.
 */
export const SessionManifest = z
  .looseObject({
    manifestVersion: z
      .string()
      .min(1)
      .meta({ description: 'Version of this format', examples: ['1.0'] }),
    role: Role.meta({ description: 'Role of the session', examples: ['worker'] }),
    strategy: Strategy.optional().meta({
      description: 'How it goes through its tasks',
      examples: ['simple'],
    }),
    project: z
      .looseObject({
        id: z.string().meta({ description: 'Id', examples: ['proj_1738713600000_x7k9m2p4q'] }),
        name: z.string().meta({ description: 'Name', examples: ['app'] }),
        workingDir: z.string().meta({ description: 'Absolute path', examples: ['/home/ada/app'] }),
      })
      .optional()
      .meta({
        description: 'The project',
        examples: [{ id: 'proj_1738713600000_x7k9m2p4q', name: 'app', workingDir: '/home/ada/app' }],
      }),
    tasks: z
      .array(ManifestTask)
      .optional()
      .meta({ description: 'Tasks of the session', examples: [[]] }),
    skills: z
      .array(z.string())
      .optional()
      .meta({ description: 'Skills that the spawn named', examples: [['maestro-worker']] }),
    session: z
      .looseObject({
        ...chosenFields,
        model: Model.meta({ description: 'Model to use', examples: ['sonnet'] }),
        permissionMode: z
          .string()
          .optional()
          .meta({ description: 'What the agent may do unasked', examples: ['acceptEdits'] }),
        thinkingMode: z
          .string()
          .optional()
          .meta({ description: 'How much it thinks', examples: ['auto'] }),
        workingDirectory: z
          .string()
          .optional()
          .meta({ description: 'Where it works', examples: ['/home/ada/app'] }),
      })
      .meta({ description: 'How the agent is to run', examples: [{ model: 'sonnet' }] }),
    context: z
      .looseObject({
        custom: anyObject()
          .optional()
          .meta({ description: 'Context of the spawn', examples: [{}] }),
        relatedTasks: z
          .array(RelatedTask)
          .optional()
          .meta({ description: 'Parents, children and dependencies', examples: [[]] }),
      })
      .optional()
      .meta({ description: 'What else the agent should know', examples: [{ custom: {} }] }),
    templateId: z
      .string()
      .optional()
      .meta({ description: 'Template of the prompt', examples: ['tmpl_1738713600000_k3j4h5g6f'] }),
    systemPrompt: z
      .string()
      .optional()
      .meta({ description: 'The template, placeholders replaced', examples: ['You work on app.'] }),
  })
  .meta({ title: 'SessionManifest', description: 'What a spawned session starts from' })

export type SessionManifest = z.infer<typeof SessionManifest>
export type RelatedTask = z.infer<typeof RelatedTask>
