/** A body that comes in tiny chunks costs what it holds, and never more than may be held. */
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { readChunkedBody } from '../../local-dev/server/http/chunked-body'

const sending = (text: string, chunkChars: number, end: (stream: PassThrough) => unknown) => {
  const stream = new PassThrough()
  for (let at = 0; at < text.length; at += chunkChars) stream.write(text.slice(at, at + chunkChars))
  end(stream)
  return stream
}

describe('a body in chunks', () => {
  const text = '{"name":"αβγ 0123456789"}'.repeat(2000)

  it.each([1, 7, 70_000])('of %i characters is read whole', async (chunkChars) => {
    const body = await readChunkedBody(
      sending(text, chunkChars, (stream) => stream.end()),
      1_000_000,
    )
    expect(Buffer.from(body ?? []).toString()).toBe(text)
  })

  it('that fits to the byte is read, and one byte more is too much', async () => {
    const read = (maxBytes: number) =>
      readChunkedBody(
        sending('x'.repeat(40_000), 1000, (stream) => stream.end()),
        maxBytes,
      )
    expect((await read(40_000))?.length).toBe(40_000)
    expect(await read(39_999)).toBeUndefined()
  })

  it('that has no end is left where it is too much', async () => {
    const stream = sending('x'.repeat(10_000), 100, () => undefined)
    expect(await readChunkedBody(stream, 5000)).toBeUndefined()
    expect(stream.isPaused()).toBe(true)
    expect(stream.listenerCount('data')).toBe(0)
  })

  it('is none, where there is nothing in it', async () => {
    expect(
      await readChunkedBody(
        sending('', 1, (stream) => stream.end()),
        10,
      ),
    ).toHaveLength(0)
  })

  it('lets others in between, and is read on afterwards', async () => {
    const told: string[] = []
    const socket: { pause(): void; resume(): void } = Object.create({
      pause: () => void told.push('pause'),
      resume: () => void told.push('resume'),
    })
    const stream = sending('x'.repeat(20_000), 1, (open) => open)
    const read = readChunkedBody(Object.assign(stream, { socket }), 1_000_000)
    await expect.poll(() => told).toEqual(['pause', 'resume'])
    stream.end('y')
    expect(Buffer.from((await read) ?? []).toString()).toBe(`${'x'.repeat(20_000)}y`)
  })

  it('that breaks off is no body', async () => {
    const stream = sending('x', 1, (broken) => broken.destroy())
    await expect(readChunkedBody(stream, 10)).rejects.toThrow('broke off')
  })
})
