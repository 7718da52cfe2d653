/** What a session has changed in its worktree. */
import * as z from 'zod'
import { count } from './fields'

const commit = (description: string) =>
  z.string().meta({ description, examples: ['7d9f0c2a41b6d7c2bb0e3f2f9d0d2b6f5a1c3e8d'] })

const mode = (description: string) =>
  z
    .string()
    .regex(/^[0-7]{6}$/)
    .optional()
    .meta({ description, examples: ['100644'] })

const DiffFile = z
  .object({
    path: z.string().meta({
      description: 'Its path from the top of the worktree; bytes that are no UTF-8 are replaced',
      examples: ['src/login.ts'],
    }),
    from: z
      .string()
      .optional()
      .meta({ description: 'Renamed: its path in the base', examples: ['src/sign-in.ts'] }),
    status: z
      .enum(['added', 'modified', 'deleted', 'renamed', 'type_changed', 'unmerged'])
      .meta({ description: 'What became of it since the base', examples: ['modified'] }),
    oldMode: mode('Its mode in the base, unless it was added'),
    mode: mode('Its mode now, unless it was deleted'),
    additions: count('Lines added; 0 where it is binary', 12),
    deletions: count('Lines removed; 0 where it is binary', 3),
    binary: z
      .boolean()
      .optional()
      .meta({
        description: 'Whether it is not compared line by line: binary, or over 8 MiB',
        examples: [true],
      }),
    uncommitted: z
      .boolean()
      .optional()
      .meta({ description: 'Whether some of the change is not committed', examples: [true] }),
    patch: z
      .string()
      .optional()
      .meta({
        description: 'The change in git’s words; absent with stat=1, and where its path is no UTF-8',
        examples: ['diff --git a/src/login.ts b/src/login.ts\n…'],
      }),
    truncated: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the patch is longer, and cut at a line', examples: [true] }),
  })
  .meta({ title: 'DiffFile', description: 'A file that a session has changed' })

export const SessionDiff = z
  .object({
    sessionId: z.string().meta({ description: 'The session', examples: ['sess_1738713800000_m4n5o6p7q'] }),
    branch: z
      .string()
      .meta({ description: 'Its branch', examples: ['maestro/sess_1738713800000_m4n5o6p7q'] }),
    base: commit('The commit that is compared with'),
    head: commit('The last commit in the worktree'),
    total: count('How many files have changed in all', 4),
    additions: count('Lines added in all of them', 40),
    deletions: count('Lines removed in all of them', 9),
    files: z.array(DiffFile).meta({ description: 'Those of this page, by path' }),
    nextCursor: z
      .string()
      .optional()
      .meta({ description: 'Where to go on; absent on the last page', examples: ['c3JjL2xvZ2luLnRz'] }),
    notShown: z
      .array(z.string())
      .optional()
      .meta({
        description: 'Repositories in the worktree that are not part of it',
        examples: [['vendor/other/']],
      }),
  })
  .meta({
    title: 'SessionDiff',
    description: 'What a session has changed since its base, committed or not; without what git ignores',
  })

export type DiffFile = z.infer<typeof DiffFile>
export type SessionDiff = z.infer<typeof SessionDiff>
