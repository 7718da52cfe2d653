/** The bundled packages in the format that scanners read: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/. */

/**
 * The same packages give the same text: it has no time of day and no serial number.
 *
 * @param {{ name: string, version: string, license: string }} application its package.json
 * @param {import('./bundled-packages.mjs').BundledPackage[]} packages
 * @returns {string} JSON
 */
export const sbom = (application, packages) => {
  const main = component({ ...application, copied: [] }, 'application')
  const components = packages.map((bundled) => component(bundled, 'library'))
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: main },
    components,
    dependencies: [
      { ref: main['bom-ref'], dependsOn: components.map((each) => each['bom-ref']) },
      ...components.map((each) => ({ ref: each['bom-ref'] })),
    ],
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

/** What a package has copied into itself stands inside of it, without a recorded version. */
const component = ({ name, version, license, copied }, type) => {
  const purl = purlOf(name, version)
  const inside = copied.map((each) => ({
    type: 'library',
    'bom-ref': `${purl}#${each.name}`,
    ...named(each.name),
    purl: purlOf(each.name),
    ...licensed(each.license),
  }))
  return {
    type,
    'bom-ref': purl,
    ...named(name),
    version,
    purl,
    ...licensed(license),
    ...(inside.length > 0 && { components: inside }),
  }
}

const named = (fullName) => {
  const [, group, name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(fullName)
  return group === undefined ? { name } : { group, name }
}

/** https://github.com/package-url/purl-spec: the @ of a scope is escaped. */
const purlOf = (name, version) =>
  `pkg:npm/${name.replace('@', '%40')}${version === undefined ? '' : `@${encodeURIComponent(version)}`}`

const licensed = (license) => {
  if (typeof license !== 'string') return {}
  if (/^[\w.+-]+$/.test(license)) return { licenses: [{ license: { id: license } }] }
  return { licenses: [{ expression: license.replace(/^\((.*)\)$/, '$1') }] }
}
