/** Asks the npm registry whether weaknesses are known in the libraries of an SBOM. */
import { satisfies, validRange } from 'semver'
import * as z from 'zod'

const timeoutMs = 20_000

const Advisories = z.record(
  z.string(),
  z.array(
    z.object({ title: z.string(), severity: z.string(), url: z.string(), vulnerable_versions: z.string() }),
  ),
)

/** All components with their full names, those inside of others with the name of the outer one. */
const libraries = (components, inside) =>
  components.flatMap(({ group, name, version, components: inner = [] }) => {
    const fullName = group === undefined ? name : `${group}/${name}`
    return [{ name: fullName, version, inside }, ...libraries(inner, fullName)]
  })

/** What is known about any version of these. Throws with the reason why it is unknown. */
const askRegistry = async (known, registry) => {
  /** What `npm audit` itself asks: https://docs.npmjs.com/cli/commands/npm-audit#bulk-advisory-endpoint */
  const endpoint = `${registry.replace(/\/$/, '')}/-/npm/v1/security/advisories/bulk`
  const names = [...new Set(known.map(({ name }) => name))]
  const versionsOf = (wanted) => known.filter(({ name }) => name === wanted).map(({ version }) => version)
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(names.map((name) => [name, versionsOf(name)]))),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error) => {
    throw new Error(`registry unreachable (${endpoint}: ${error.cause?.code ?? error.message})`)
  })
  if (!answer.ok) throw new Error(`registry unreachable (${endpoint} answered ${answer.status})`)
  const advisories = Advisories.safeParse(await answer.json().catch(() => undefined))
  if (!advisories.success) throw new Error(`no list of advisories in the answer of ${endpoint}`)
  return advisories.data
}

/** Whether there is none of moderate severity or above. */
const report = (known, advisories, say) => {
  const found = known.flatMap(({ name, version }) =>
    (advisories[name] ?? [])
      .filter(({ vulnerable_versions: range }) => isIn(version, range))
      .map((advisory) => ({ name, version, ...advisory })),
  )
  for (const { name, version, severity, title, url } of found)
    say(`${severity}: ${name} ${version}: ${title}, ${url}`)
  const grave = found.filter(({ severity }) => severity !== 'low' && severity !== 'info')
  say(
    `${known.length} bundled libraries audited. Known weaknesses: ${found.length}, moderate or worse: ${grave.length}`,
  )
  if (grave.length === 0) return true
  say('Raise these libraries, or what brings them along, in package.json, and build again')
  return false
}

/** A range that cannot be read has every version in it. */
const isIn = (version, range) =>
  validRange(range) === null || satisfies(version, range, { includePrerelease: true })

/**
 * A registry that does not answer is no failure, but said.
 *
 * @param {object} sbom as CycloneDX has it
 * @param {string} registry its address
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} false if a weakness of moderate severity or above is known
 */
export const auditLibraries = async ({ components }, registry, say) => {
  const all = libraries(components)
  const known = all.filter(({ version }) => version !== undefined)
  for (const { name, inside } of all.filter(({ version }) => version === undefined))
    say(`not audited: ${name}, of which ${inside} has copied an unrecorded version`)
  const advisories = await askRegistry(known, registry).catch((error) => say(`not audited: ${error.message}`))
  return advisories === undefined || report(known, advisories, say)
}
