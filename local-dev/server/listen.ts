/** Begins to listen, and says in words of the configuration why that cannot be. */
import type { Server } from 'node:net'
import type { Config } from '../../schemas/config'

/** Everywhere, on both stacks, or on the one that there is. */
const everywhere = { both: '::', ipv4: '0.0.0.0' }
const withoutIpv6: readonly string[] = ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT']

/** Rejects with an error that names the variable. Where there is no IPv6, `::` is `0.0.0.0`. */
export const listen = async (
  server: Server,
  { port, host }: Pick<Config, 'port' | 'host'>,
): Promise<void> => {
  const failure = await attempt(server, port, host)
  if (!failure) return
  const isLackOfIpv6 = host === everywhere.both && withoutIpv6.includes(failure.code ?? '')
  const last = isLackOfIpv6 ? await attempt(server, port, everywhere.ipv4) : failure
  if (last) throw new Error(messageOf(last, port, host), { cause: last })
}

const attempt = (server: Server, port: number, host: string) =>
  new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => resolve(error)
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      resolve(undefined)
    })
  })

const messageOf = ({ code, message }: NodeJS.ErrnoException, port: number, host: string): string => {
  const named = `HOST=${JSON.stringify(host)}`
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use (${code}): stop the program that uses it, or set PORT to another`
  if (code === 'EACCES') return `PORT=${port}: this user may not listen there (${code}): set PORT above 1023`
  if (code === 'EADDRNOTAVAIL')
    return `${named}: no interface of this machine has this address (${code}); without HOST, all of them are used`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `${named}: must be an IP address of this machine, or a name that has one (${code})`
  return `${named}, PORT=${port}: the server cannot listen there: ${message}`
}
