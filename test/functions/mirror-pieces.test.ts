/** Workers KV takes no value of more than 25 MiB: a longer session is in the mirror all the same. */
import { expect, it } from 'vitest'
import { mirrorOf } from '../../functions/hosted/mirror'

/** A namespace of Workers KV that takes only short values. */
const shortValues = (maxCharacters: number) => {
  const values = new Map<string, { value: string; metadata: object }>()
  return {
    values,
    put: async (key: string, value: string, { metadata }: { metadata: object }) => {
      if (value.length > maxCharacters) throw new Error('KV PUT failed: 413')
      values.set(key, { value, metadata })
    },
    delete: async (key: string) => void values.delete(key),
    get: async (key: string) => values.get(key)?.value ?? null,
    list: async ({ prefix, limit }: { prefix: string; limit: number }) => ({
      keys: [...values]
        .filter(([name]) => name.startsWith(prefix))
        .slice(0, limit)
        .map(([name, { metadata }]) => ({ name, metadata })),
      list_complete: true,
    }),
  }
}

const position = { lastEvent: 3, completeTo: 3 }
const key = 'sessions:sess_1'

it.each(['default', 'other'])('a long document is read as it was put, in workspace %s', async (name) => {
  const kv = shortValues(100)
  const mirror = mirrorOf(name, kv, 100)
  const read = async () => (await mirror.page({ kind: 'sessions' })).documents
  // No character is cut, wherever the pieces end.
  for (const json of ['"ä"', `"${'😀'.repeat(400)}"`, `"x${'😀'.repeat(333)}"`, `"${'y'.repeat(1000)}"`]) {
    await mirror.put(key, json, position)
    await mirror.put('sessions:sess_10', '"z"', position)
    expect(Object.fromEntries(await read())).toEqual({ [key]: json, 'sessions:sess_10': '"z"' })
  }
  // Of earlier copies nothing is left.
  expect(kv.values.size).toBe(2 + 11)
  await mirror.delete(key)
  expect(Object.fromEntries(await read())).toEqual({ 'sessions:sess_10': '"z"' })
  expect(kv.values.size).toBe(1)
})

it('a document of which a piece is missing is no document', async () => {
  const kv = shortValues(100)
  const mirror = mirrorOf('default', kv, 100)
  await mirror.put(key, 'x'.repeat(500), position)
  const [piece] = [...kv.values.keys()].filter((name) => name.startsWith('piece:'))
  kv.values.delete(piece ?? '')
  const { documents } = await mirror.page({ kind: 'sessions' })
  expect(documents.get(key)).toBe('')
})
