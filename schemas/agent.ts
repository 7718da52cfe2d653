/** Which agent a session has, and how it is driven: what a spawn, the session and its manifest say alike. */
import * as z from 'zod'
import { requiredText, timestamp } from './fields'
import { Model } from './task'

/** From least to most. */
export const PermissionMode = z.enum(['plan', 'default', 'acceptEdits', 'auto', 'bypassPermissions'])

/** The Agent Client Protocol, or a terminal. */
export const Drive = z.enum(['acp', 'terminal'])

/** A name and never a command line: whoever may spawn is not to say what runs on a runner's machine. */
const AgentName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
  error: 'agent must be the name of an agent, such as claude: 1 to 100 of A-Z a-z 0-9 . _ -',
})

const branch = requiredText(255)

const Worktree = z.union(
  [
    z.boolean(),
    z.object({
      branch: branch.optional().meta({
        description:
          'Branch of the worktree, which must not be there yet; default: maestro/ and the session’s id',
        examples: ['maestro/login-page'],
      }),
      base: branch
        .optional()
        .meta({ description: 'Commit that it starts from; default: the present HEAD', examples: ['main'] }),
    }),
  ],
  { error: 'worktree must be true, or an object with branch and base, each a text of 1 to 255 characters' },
)

const above0 = (description: string, example: number) =>
  z
    .number()
    .positive({ error: ({ path }) => `${path?.join('.')} must be above 0` })
    .optional()
    .meta({ description, examples: [example] })

const Budget = z.object({
  minutes: above0('Minutes of work', 30),
  costUsd: above0('What its models may cost, in US dollars', 2.5),
})

const left = (description: string, example: number) =>
  z
    .number()
    .min(0)
    .optional()
    .meta({ description, examples: [example] })

const amounts = {
  minutes: left('Minutes of work', 30),
  costUsd: left('What its models may cost, in US dollars', 2.5),
}

/** As it stands in a session: what its own sessions have got is taken from it. */
const SessionBudget = z.object({
  ...amounts,
  takenFrom: z
    .string()
    .optional()
    .meta({
      description: 'The session of whose budget it was taken; what is left goes back there',
      examples: ['sess_1738713800000_m4n5o6p7q'],
    }),
  returned: z
    .object({
      ...amounts,
      costUsd: z
        .number()
        .optional()
        .meta({
          description: 'In US dollars; below 0: what it cost beyond its budget, which was taken there',
          examples: [0.8],
        }),
    })
    .optional()
    .meta({
      description: 'What went back when it ended; it is taken again if it goes on',
      examples: [{ costUsd: 0.8 }],
    }),
})

const spent = (description: string, example: number) =>
  z
    .int()
    .min(0)
    .optional()
    .meta({ description, examples: [example] })

const usageFields = {
  inputTokens: spent('Tokens that its models read', 120_000),
  outputTokens: spent('Tokens that they wrote', 8000),
  costUsd: z
    .number()
    .min(0)
    .optional()
    .meta({ description: 'What that cost, in US dollars', examples: [0.42] }),
  turns: spent('Turns of the agent', 3),
}

/** What a driver says that its agent has used so far, all of it. */
export const UsageUpdate = z.object(usageFields)

export const Usage = z.looseObject({ ...usageFields, updatedAt: timestamp('When the driver said so') })

/** The worktree that a session works in. */
export const SessionWorkspace = z.object({
  path: requiredText(4096).meta({
    description: 'Absolute path of the worktree',
    examples: ['/home/ada/.maestro/worktrees/proj_1738713600000_x7k9m2p4q/sess_1738713800000_m4n5o6p7q'],
  }),
  branch: branch.meta({ description: 'Its branch', examples: ['maestro/sess_1738713800000_m4n5o6p7q'] }),
  base: branch.meta({
    description: 'The commit that it began from',
    examples: ['8f14e45fceea167a5a36dedd4bea2543ed4b6d1c'],
  }),
})

export const agentDocs = {
  agent: { description: 'Name of the agent that is to work; never a command line', examples: ['claude'] },
  model: { description: 'Model, in the agent’s words', examples: ['sonnet'] },
  permissionMode: { description: 'What the agent may do unasked', examples: ['acceptEdits'] },
  drive: { description: 'How the agent is driven', examples: ['terminal'] },
  worktree: {
    description: 'Whether it works in a worktree of its own, and in which; absent: as its runner is told',
    examples: [true],
  },
  budget: { description: 'What it may use up', examples: [{ minutes: 30, costUsd: 2.5 }] },
  usage: {
    description: 'What it has used so far, as its driver says',
    examples: [
      { inputTokens: 120_000, outputTokens: 8000, costUsd: 0.42, turns: 3, updatedAt: 1738713700000 },
    ],
  },
  workspace: {
    description: 'The worktree that it works in',
    examples: [
      {
        path: '/home/ada/.maestro/worktrees/proj_1/sess_1',
        branch: 'maestro/sess_1',
        base: '8f14e45fceea167a5a36dedd4bea2543ed4b6d1c',
      },
    ],
  },
}

/** What a spawn may choose, each absent if nobody chose it. */
export const agentFields = {
  agent: AgentName,
  model: Model,
  permissionMode: PermissionMode,
  drive: Drive,
  worktree: Worktree,
  budget: Budget,
}

/** The same as optional fields of what is stored or sent. */
export const chosenFields = {
  agent: AgentName.optional().meta(agentDocs.agent),
  model: Model.optional().meta(agentDocs.model),
  permissionMode: PermissionMode.optional().meta(agentDocs.permissionMode),
  drive: Drive.optional().meta(agentDocs.drive),
  worktree: Worktree.optional().meta(agentDocs.worktree),
  budget: SessionBudget.optional().meta(agentDocs.budget),
}

type Fields = { [F in keyof typeof chosenFields]: z.infer<(typeof chosenFields)[F]> }

/** What was chosen, and nothing of what was not. */
export type Chosen = { [F in keyof Fields]?: Exclude<Fields[F], undefined> }
export type PermissionMode = z.infer<typeof PermissionMode>
export type Drive = z.infer<typeof Drive>
