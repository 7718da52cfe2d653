// Somebody updates a server that keeps its documents in PostgreSQL, or goes back to the version before.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { createProject } from '../../storage/rules/projects'
import { type Answers, expectAnswers } from '../drivers/answers'
import { everything } from '../drivers/open'
import { sql } from './cluster'
import { databases, openOn } from './databases'

const read = (name: string) => readFileSync(join(import.meta.dirname, 'format-1', name), 'utf8')
const answers: Answers = parseTrusted(read('answers.json'))

describe.each(await databases())('a database of version 0.1.0 in $name', ({ create, proxy }) => {
  const ofVersion010 = async () => {
    const url = await create()
    await sql(url, read('database.sql'))
    return url
  }
  const open = async (url: string) => {
    const { workspace } = await openOn(url)
    onTestFinished(() => workspace.close().catch(() => undefined))
    return workspace
  }

  it('has everything that was answered, legacy values in their present words, and goes on', async () => {
    const url = await ofVersion010()
    const workspace = await open(url)
    await expectAnswers(workspace, answers)
    await workspace.change((tx) => createProject(tx, { name: 'new' }, '/'))
    const all = await everything(workspace)
    await workspace.close()
    expect(await everything(await open(url))).toEqual(all)
  })

  it('is no longer one that version 0.1.0 takes: its tables have a number that it does not know', async () => {
    const url = await ofVersion010()
    const before = await sql(url, 'SELECT version FROM maestro.server')
    await (await open(url)).close()
    const after = await sql(url, 'SELECT version FROM maestro.server')
    expect(Number(after[0]?.version)).toBeGreaterThan(Number(before[0]?.version))
  })

  it('is as it was where the upgrade was cut off, and the next start goes on', async () => {
    const url = await ofVersion010()
    const rows = () => sql(url, 'SELECT key, json FROM maestro.documents ORDER BY key')
    const before = await rows()
    // A view in the place of the table: the version cannot be set, which is the last statement.
    await sql(url, 'ALTER TABLE maestro.server RENAME TO kept')
    await sql(url, 'CREATE VIEW maestro.server AS SELECT *, 1 AS more FROM maestro.kept GROUP BY single')
    await expect(openOn(url)).rejects.toThrow()
    expect(await rows()).toEqual(before)
    await sql(url, 'DROP VIEW maestro.server')
    await sql(url, 'ALTER TABLE maestro.kept RENAME TO server')
    expect(await sql(url, 'SELECT version FROM maestro.server')).toEqual([{ version: 1 }])
    await expectAnswers(await open(url), answers)
  })

  it('has everything, at whatever message to the database an upgrade was cut off', async () => {
    const url = await ofVersion010()
    let messages = 0
    for (let isOpen = false; !isOpen; messages++) {
      proxy.requestsLeft = messages
      const opened = await openOn(url).catch(() => undefined)
      proxy.requestsLeft = undefined
      await opened?.workspace.close()
      isOpen = opened !== undefined
    }
    // The tables are made in one message, after those that look what there is.
    expect(messages).toBeGreaterThan(3)
    await expectAnswers(await open(url), answers)
  })
})
