// A machine without IPv6, or with another address than the one that was configured, and nobody says why nothing starts.
import { EventEmitter } from 'node:events'
import { createServer, Server } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { listen } from '../../local-dev/server/listen'
import { freePort } from '../contract/server'

/** A server on whose machine listening fails with these codes, by host. */
const serverWhere = (codes: Readonly<Record<string, string>>) => {
  const tried: string[] = []
  const server: Server = Object.assign(Object.create(Server.prototype), new EventEmitter(), {
    listen(_port: number, host: string, done: () => void) {
      tried.push(host)
      const code = codes[host]
      queueMicrotask(() =>
        code === undefined ? done() : server.emit('error', Object.assign(new Error(code), { code })),
      )
    },
  })
  return { server, tried }
}

it.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])('where there is no IPv6 (%s), IPv4 is served', async (code) => {
  const { server, tried } = serverWhere({ '::': code })
  await listen(server, { port: 1, host: '::' })
  expect(tried).toEqual(['::', '0.0.0.0'])
})

it('only what was asked for is tried otherwise', async () => {
  const { server, tried } = serverWhere({ '::1': 'EAFNOSUPPORT', '::': 'EADDRINUSE' })
  await expect(listen(server, { port: 1, host: '::1' })).rejects.toThrow('HOST="::1"')
  await expect(listen(server, { port: 7, host: '::' })).rejects.toThrow('Port 7 is in use (EADDRINUSE)')
  expect(tried).toEqual(['::1', '::'])
})

it.each([
  ['EACCES', 'PORT=80: this user may not listen there'],
  ['ENOTFOUND', 'HOST="box": must be an IP address of this machine'],
  ['EADDRNOTAVAIL', 'HOST="box": no interface of this machine has this address'],
  ['EINVAL', 'HOST="box", PORT=80'],
])('%s names the variable', async (code, message) => {
  await expect(listen(serverWhere({ box: code }).server, { port: 80, host: 'box' })).rejects.toThrow(message)
})

it('a port that is taken is told, and one that is free is listened on', async () => {
  const [first, second] = [createServer(), createServer()]
  onTestFinished(() => void first.close())
  const at = { port: await freePort(), host: '127.0.0.1' }
  await listen(first, at)
  await expect(listen(second, at)).rejects.toThrow(`Port ${at.port} is in use`)
})
