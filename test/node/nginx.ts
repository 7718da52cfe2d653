// Runs the real nginx with deploy/nginx.conf, on loopback ports, in front of a started server.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort } from '../contract/server'

export interface Nginx {
  /** The proxied server, without TLS. */
  url: string
  httpsPort: number
  /** Where it only sends on to https. */
  redirectPort: number
  certificate: string
  accessLog(): string
}

/** nginx is often where only root's PATH looks. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }

/** Whether a program can be started here. */
export const isInstalled = (program: string, ...args: string[]): boolean => {
  try {
    execFileSync(program, args, { env, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Starts nginx in front of the server at this port; throws with nginx' own words if the file is not accepted. */
export const startNginx = async (serverPort: number): Promise<Nginx> => {
  const directory = mkdtempSync(join(tmpdir(), 'maestro-nginx-'))
  const [httpPort, httpsPort, redirectPort] = [await freePort(), await freePort(), await freePort()]
  const [key, certificate] = makeCertificate(directory)
  const accessLog = join(directory, 'access.log')
  const site = siteWith({
    'server 127.0.0.1:3000;': `server 127.0.0.1:${serverPort};`,
    'listen 80;': `listen 127.0.0.1:${redirectPort};`,
    'listen 443 ssl;': `listen 127.0.0.1:${httpsPort} ssl; listen 127.0.0.1:${httpPort};`,
    '/etc/letsencrypt/live/maestro.example.org/fullchain.pem': certificate,
    '/etc/letsencrypt/live/maestro.example.org/privkey.pem': key,
    '/var/log/nginx/maestro-server.log': accessLog,
  })
  writeFileSync(join(directory, 'nginx.conf'), aroundSite(directory, site))
  const args = ['-p', directory, '-e', 'stderr', '-c', join(directory, 'nginx.conf')]
  execFileSync('nginx', [...args, '-t'], { env, stdio: 'pipe' })

  const child = spawn('nginx', args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exited
    rmSync(directory, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${httpPort}`
  await answers(url)
  return {
    url,
    httpsPort,
    redirectPort,
    certificate: readFileSync(certificate, 'utf8'),
    accessLog: () => readFileSync(accessLog, 'utf8'),
  }
}

/** The file as it is in the repository, with what has to differ here. */
const siteWith = (replacements: Record<string, string>): string => {
  let site = readFileSync(join(import.meta.dirname, '../../deploy/nginx.conf'), 'utf8')
  for (const [text, replacement] of Object.entries(replacements)) {
    if (!site.includes(text)) throw new Error(`deploy/nginx.conf no longer has "${text}"`)
    site = site.replaceAll(text, replacement)
  }
  return site
}

/** What a distribution's nginx.conf has around its sites; its own files go into the directory. */
const aroundSite = (directory: string, site: string): string => `
daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${directory}/${kind};`).join(' ')}
  ${site}
}
`

const makeCertificate = (directory: string): [key: string, certificate: string] => {
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')]
  const name = ['-subj', '/CN=maestro.example.org', '-addext', 'subjectAltName=DNS:maestro.example.org']
  const files = ['-keyout', key, '-out', certificate]
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...name, ...files],
    {
      stdio: 'ignore',
    },
  )
  return [key, certificate]
}

const answers = async (url: string) => {
  for (let attempt = 0; attempt < 250; attempt++) {
    const response = await fetch(`${url}/health`).catch(() => undefined)
    if (response?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('nginx does not answer')
}
