/** The configuration, as the environment variables spell it. */
import * as z from 'zod'

export type Config = z.infer<ReturnType<typeof configSchema>>

/** Either all of the configuration, or every reason why there is none, one line each. */
export type ConfigResult = { config: Config } | { problems: string[] }

/**
 * Parses all variables together. Blank ones count as absent, and anything that is not a string (a Worker's
 * bindings) is ignored. A problem names its variable, the wrong value unless it may hold a secret, and what is
 * allowed.
 *
 * @param resolvePath makes a path absolute and knows what `~` stands for.
 */
export const configFrom = (
  environment: Record<string, unknown>,
  resolvePath: (path: string) => string,
): ConfigResult => {
  const values: Record<string, string> = {}
  for (const [key, variable] of Object.entries(variables)) {
    const value = environment[variable]
    if (typeof value === 'string' && value.trim() !== '') values[key] = value.trim()
  }
  const result = configSchema(resolvePath).safeParse(values)
  if (result.success) return { config: result.data }
  return { problems: result.error.issues.map((issue) => describeIssue(issue, values)) }
}

/** The environment variable of each. */
export const variables = {
  port: 'PORT',
  host: 'HOST',
  serverUrl: 'SERVER_URL',
  dataDir: 'DATA_DIR',
  sessionDir: 'SESSION_DIR',
  skillsDir: 'SKILLS_DIR',
  databaseType: 'DATABASE_TYPE',
  databaseUrl: 'DATABASE_URL',
  manifestGenerator: 'MANIFEST_GENERATOR',
  maestroCliPath: 'MAESTRO_CLI_PATH',
  corsEnabled: 'CORS_ENABLED',
  corsOrigins: 'CORS_ORIGINS',
  corsCredentials: 'CORS_CREDENTIALS',
  logLevel: 'LOG_LEVEL',
  logFormat: 'LOG_FORMAT',
  logFile: 'LOG_FILE',
  debug: 'DEBUG',
  nodeEnv: 'NODE_ENV',
  durability: 'DURABILITY',
  apiToken: 'MAESTRO_API_TOKEN',
  maxBodyBytes: 'MAX_BODY_BYTES',
  maxChildren: 'MAX_CHILDREN',
} as const

type Key = keyof typeof variables

const configSchema = (resolvePath: (path: string) => string) => {
  const directory = (path: string) => z.string().default(path).transform(resolvePath)
  const command = (name: string) => (/^~|[\\/]/.test(name) ? resolvePath(name) : name)
  return z
    .object({
      port: wholeNumber(65_535).default(3000),
      host: z
        .string()
        .default('::')
        // As it stands in a URL.
        .transform((host) => host.replace(/^\[(.*)\]$/, '$1')),
      serverUrl: z.string().transform(webUrl).optional(),
      dataDir: directory('~/.maestro/data'),
      sessionDir: directory('~/.maestro/sessions'),
      skillsDir: directory('~/.agents-ui/maestro-skills'),
      databaseType: oneOf('filesystem', 'postgres').default('filesystem'),
      databaseUrl: z
        .string()
        .refine((value) => URL.canParse(value), 'must be a URL')
        .optional(),
      manifestGenerator: oneOf('auto', 'cli', 'server').default('auto'),
      maestroCliPath: z.string().transform(command).optional(),
      corsEnabled: z
        .string()
        .transform((value) => value !== 'false')
        .default(true),
      corsOrigins: z.string().default('*').transform(origins),
      corsCredentials: oneOf('true', 'false')
        .transform((value) => value === 'true')
        .default(false),
      logLevel: oneOf('error', 'warn', 'info', 'debug').default('info'),
      logFormat: oneOf('pretty', 'json').default('pretty'),
      logFile: z.string().transform(resolvePath).optional(),
      // Other tools have a DEBUG of their own (`DEBUG=vite:*`), so no value of it is an error.
      debug: z
        .string()
        .transform((value) => value === 'true')
        .default(false),
      nodeEnv: oneOf('development', 'production', 'test').default('development'),
      durability: oneOf('process', 'strict').default('process'),
      apiToken: z
        .string()
        .regex(/^[\x21-\x7e]+$/, 'must be ASCII without spaces, or no request can carry it')
        .optional(),
      maxBodyBytes: wholeNumber(Number.MAX_SAFE_INTEGER).default(1_048_576),
      maxChildren: wholeNumber(Number.MAX_SAFE_INTEGER).default(8),
    })
    .refine((config) => config.databaseType !== 'postgres' || isPostgresUrl(config.databaseUrl), {
      error: 'must be postgres://user:password@host:port/database while DATABASE_TYPE is postgres',
      path: ['databaseUrl'],
      when: areValid('databaseType', 'databaseUrl'),
    })
    .refine((config) => !(config.corsCredentials && config.corsOrigins.includes('*')), {
      error: 'must be false while CORS_ORIGINS is * (its default): list the origins by name',
      path: ['corsCredentials'],
      when: areValid('corsCredentials', 'corsOrigins'),
    })
    .transform(({ debug, ...config }) => ({
      ...config,
      serverUrl: config.serverUrl ?? `http://localhost:${config.port}`,
      logLevel: debug ? ('debug' as const) : config.logLevel,
    }))
}

const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.enum(values, `must be one of ${values.join(', ')}`)

const wholeNumber = (max: number) => {
  const allowed = max === Number.MAX_SAFE_INTEGER ? 'above 0' : `from 1 to ${max}`
  return z
    .string()
    .refine((value) => /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= max, {
      error: `must be a whole number ${allowed}`,
    })
    .transform(Number)
}

/** Zod skips a rule on several fields if any field is invalid; this makes it skip only for those that it reads. */
const areValid = (...keys: Key[]) => {
  return ({ issues }: z.core.ParsePayload) =>
    !issues.some((issue) => keys.some((key) => key === issue.path?.[0]))
}

/** Without a trailing slash, so that paths can be appended. */
const webUrl = (value: string, context: z.RefinementCtx): string => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isPlain = url && !url.username && !url.password && !url.search && !url.hash
  if (isPlain && /^https?:\/\//i.test(value)) return url.origin + url.pathname.replace(/\/+$/, '')
  context.addIssue('must be an http:// or https:// URL without user, query and fragment')
  return z.NEVER
}

const isPostgresUrl = (value: string | undefined): boolean => {
  return value !== undefined && /^postgres(ql)?:\/\//i.test(value)
}

const origins = (list: string, context: z.RefinementCtx): string[] => {
  const found = new Set<string>()
  for (const entry of list.split(',').map((part) => part.trim())) {
    if (entry === '') continue
    const origin = entry === '*' ? entry : originOf(entry)
    if (origin !== undefined) found.add(origin)
    else context.addIssue(`${printable(entry)} must be * or an origin, scheme://host[:port] without a path`)
  }
  return [...found]
}

/** As browsers spell it: lower case, no default port. A custom scheme (`tauri://localhost`) stays as it is. */
const originOf = (entry: string): string | undefined => {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/\\?#@*]+\/?$/i.test(entry) || !URL.canParse(entry)) return undefined
  const { origin, protocol, host } = new URL(entry)
  return origin === 'null' ? `${protocol}//${host.toLowerCase()}` : origin
}

const mayHoldSecrets: readonly string[] = ['DATABASE_URL', 'MAESTRO_API_TOKEN']

const describeIssue = (issue: z.core.$ZodIssue, values: Record<string, string>): string => {
  const key = String(issue.path[0])
  const value = values[key]
  const variable = Object.entries(variables).find(([name]) => name === key)?.[1] ?? key
  if (value === undefined) return `${variable} is not set: ${issue.message}`
  if (mayHoldSecrets.includes(variable)) return `${variable} (value not shown): ${issue.message}`
  return `${variable}=${printable(value)}: ${issue.message}`
}

/** On one line, at most 200 characters, and without the `user:password@` of a URL. */
const printable = (value: string): string => {
  return JSON.stringify(value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1***@').slice(0, 200))
}
