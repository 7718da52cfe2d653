/** A list of everything holds nobody up, and is a list of one moment. */
import { describe, expect, it } from 'vitest'
import { arrayPieces, joinPieces } from '../../functions/http/joined-pieces'
import { Entry } from '../../storage/entry'

const entriesOf = (count: number, name: string) =>
  Array.from(
    { length: count },
    (_, n) => new Entry('projects', { id: `proj_${n}`, name, workingDir: '/', createdAt: n, updatedAt: n }),
  )
const piecesOf = (entries: readonly Entry[]) => arrayPieces(entries, ({ json }) => json)
const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))
const documentsOf = (entries: readonly Entry[]) => entries.map((entry) => entry.read())

describe('a long list', () => {
  it.each([0, 1, 2, 3000])('of %i is what is stored', async (count) => {
    const entries = entriesOf(count, 'ä "quoted" 😀 '.repeat(30))
    expect(parse(await joinPieces(piecesOf(entries), Date.now, 1000))).toEqual(documentsOf(entries))
  })

  it('leaves others their turn, where it takes long', async () => {
    let now = 0
    let turns = 0
    const others = setInterval(() => turns++)
    const entries = entriesOf(40, 'x'.repeat(100_000))
    const joined = await joinPieces(piecesOf(entries), () => (now += 10), 4_000_000)
    clearInterval(others)
    expect(turns).toBeGreaterThan(2)
    expect(parse(joined)).toEqual(documentsOf(entries))
  })
})
