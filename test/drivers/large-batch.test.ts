/** What a change of thousands of documents has made ready in turns is in the journal as if it had been written at once. */
import { expect, it } from 'vitest'
import { atOnce } from '../../storage/others-turn'
import { createProject } from '../../storage/rules/projects'
import { createSession, deleteSession } from '../../storage/rules/sessions'
import { createTask } from '../../storage/rules/tasks'
import { afterCrash, openIn, temporaryDirectory } from './directory'
import { everything } from './open'
import { machine } from './sample-data'

/** More than are made ready at once (storage/workspace.ts). */
const many = 1010

it('a change of thousands of documents is whole after a crash, and so are its events', async () => {
  const directory = temporaryDirectory()
  const { workspace, published } = await openIn(directory)
  const projectId = await workspace.change((tx) => createProject(tx, { name: 'é' }, '/').id)
  const taskIds = await workspace.change((tx) =>
    Array.from({ length: many }, () => createTask(tx, { projectId, title: 't' }).id),
  )
  const session = { projectId, taskIds, strategy: 'queue' as const }
  const id = await workspace.change((tx) => atOnce(createSession(tx, session, machine)).id)
  const withSession = afterCrash(directory)
  const [stored, events] = [await everything(workspace), [...published]]
  await workspace.change((tx) => deleteSession(tx, id))
  const without = afterCrash(directory)

  const first = await openIn(withSession)
  expect(await everything(first.workspace)).toEqual(stored)
  const numbered = (list: readonly { number: number; name: string }[] = []) =>
    list.map(({ number, name }) => `${number} ${name}`)
  expect(numbered(await first.workspace.eventsSince(0))).toEqual(numbered(events))
  const created = (await first.workspace.eventsSince(0))?.find(({ name }) => name === 'session:created')
  expect(created?.data).toBe(events.find(({ name }) => name === 'session:created')?.data)
  const second = await openIn(without)
  expect(await everything(second.workspace)).toEqual(await everything(workspace))
  expect(await second.workspace.eventsSince(0)).toHaveLength(published.length)
})
