/** What a developer has after the server was killed again and again, at whatever moment: everything. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProject, updateProject } from '../../storage/rules/projects'
import { addSessionEvent } from '../../storage/rules/sessions'
import { anyText } from '../any-text'
import { scaled } from '../random'
import { afterCrash, filledDirectory, openIn, segmentsOf } from './directory'
import { everything } from './open'
import { overwrite } from './overwrite'

describe('a server that is killed again and again', () => {
  it('has everything, at whatever moment it is killed', async () => {
    const hostileText = fc.oneof(
      anyText({ minLength: 1, maxLength: 20 }),
      fc.constantFrom('\ud800', 'a\nb', '\u2028', '\u0000', '"', '__proto__'),
    )
    const step = fc.oneof(
      // A blank name is no name, and gets past no request.
      fc.record({ do: fc.constant('rename' as const), name: hostileText.map((text) => `n${text}`) }),
      fc.record({ do: fc.constant('grow' as const), size: fc.nat(3000) }),
      fc.record({
        do: fc.constant('overwrite' as const),
        // What becomes of each event of the history, in turn.
        events: fc.array(fc.constantFrom('kept', 'changed', 'dropped', 'doubled', 'under one id'), {
          minLength: 1,
          maxLength: 4,
        }),
      }),
      fc.record({
        do: fc.constantFrom('create' as const, 'delete' as const, 'flush' as const, 'crash' as const),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        let { directory, workspace, projectId, sessionId }: Awaited<ReturnType<typeof filledDirectory>> =
          await filledDirectory()
        for (const next of steps) {
          if (next.do === 'flush') await workspace.flush()
          else if (next.do === 'crash') {
            const before = await everything(workspace)
            directory = afterCrash(directory)
            workspace = (await openIn(directory)).workspace
            expect(await everything(workspace)).toEqual(before)
          } else if (next.do === 'overwrite')
            await workspace.change((tx) => overwrite(tx, sessionId, next.events))
          else
            await workspace.change((tx) => {
              if (next.do === 'rename') updateProject(tx, projectId, { name: next.name })
              if (next.do === 'create') createProject(tx, { name: 'another' }, '/')
              if (next.do === 'grow')
                addSessionEvent(tx, sessionId, { type: 'turn', data: 'x'.repeat(next.size) })
              const last = tx.list('projects').at(-1)
              if (next.do === 'delete' && last && last.id !== projectId) tx.remove('projects', last.id)
            })
        }
        expect(segmentsOf(directory).length).toBeLessThanOrEqual(2 + steps.length)
      }),
      { numRuns: scaled(10) },
    )
  })
})
