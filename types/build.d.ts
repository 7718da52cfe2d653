declare module '*/local-dev/build/current.mjs' {
  export const isCurrent: (root: string, outdir: string) => boolean
}
