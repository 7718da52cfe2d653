// Somebody opens the server's address in a browser, and gets no page, an old one, or one that lets others in.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { startServer } from '../contract/server'
import { currentDirectory } from './checkout'

const server = await startServer({ env: { MAESTRO_API_TOKEN: 'c0rrect-h0rse-battery' } })
afterAll(() => server.stop())
const get = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init)

const html = await (await get('/')).text()
/** What the page loads before anything is shown. */
const first = [...html.matchAll(/(?:src|href)="(console\/[^"]+)"/g)].map(([, path = '']) => `/${path}`)

describe('the console', () => {
  it('is there without a token, and loads nothing but files of this server', async () => {
    expect(html).toContain('<title>Maestro</title>')
    expect(html).not.toMatch(/<script(?![^>]*src="console\/)|<style|style=|https?:/)
    expect(first.length).toBeGreaterThan(1)
    for (const path of first) expect((await get(path)).status).toBe(200)
    expect((await get('/api/projects')).status).toBe(401)
  })

  it('has at most 45 KB of script at first view, packed', () => {
    const folder = currentDirectory(join(import.meta.dirname, '../../dist'))
    const scripts = first.filter((path) => path.endsWith('.js'))
    // Each costs a request, and those keep one another waiting.
    expect(scripts.length).toBeLessThanOrEqual(3)
    const bytes = scripts
      .map((path) => gzipSync(readFileSync(join(folder, path.slice('/console/'.length)))).length)
      .reduce((sum, each) => sum + each, 0)
    expect(bytes, `${bytes} bytes`).toBeLessThanOrEqual(45_000)
    // Or what it needs is not preloaded, and is not counted.
    expect(bytes).toBeGreaterThan(20_000)
  })

  it('lets no other page, script, style or frame in', async () => {
    for (const path of ['/', ...first]) {
      const { headers } = await get(path)
      const policy = headers.get('content-security-policy')?.split('; ') ?? []
      const host = new URL(server.url).host
      expect(policy).toEqual([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        `connect-src 'self' ws://${host} wss://${host}`,
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
      ])
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
  })

  it('is asked for anew each time, and its files never again', async () => {
    expect((await get('/')).headers.get('cache-control')).toBe('no-cache')
    for (const path of first)
      expect((await get(path)).headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  it('comes packed to whoever takes that, and whole to whoever does not', async () => {
    for (const path of ['/', ...first]) {
      const whole = await get(path, { headers: { 'accept-encoding': 'identity' } })
      const packed = await get(path, { headers: { 'accept-encoding': 'gzip' } })
      expect([whole.headers.get('content-encoding'), packed.headers.get('content-encoding')]).toEqual([
        null,
        'gzip',
      ])
      expect(await packed.text()).toBe(await whole.text())
      const head = await get(path, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
    }
  })

  it.each([
    '/console/',
    '/console/server.js',
    '/console/console.html',
    '/console/console-none.js',
    '/console/..%2fserver.js',
    '/console/console-main.js.map',
    '/console/build.json',
  ])('serves nothing else of the build: %s', async (path) => {
    expect((await get(path)).status).toBe(404)
  })
})
