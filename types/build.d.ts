declare module '*/local-dev/build/current.mjs' {
  export const isCurrent: (root: string, outdir: string) => boolean
}

declare module '*/local-dev/build/audit-libraries.mjs' {
  export const auditLibraries: (
    sbom: object,
    registry: string,
    say: (line: string) => void,
  ) => Promise<boolean>
}
