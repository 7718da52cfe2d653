/** Whether an agent asks before it does something: what was tried, by version. */
import type { AcpPreset } from './presets'
import { isAtLeast } from './presets/versions'

/**
 * `asks`: as it was tried. `untried`: of this version nobody has, or it is not known which it is; what is known of others
 * may hold. `does-not-ask`: it was tried, and does as it likes.
 */
export type Asking = 'asks' | 'untried' | 'does-not-ask'

export const askingOf = ({ asks }: Pick<AcpPreset, 'asks'>, version: string | undefined): Asking => {
  if (typeof asks === 'boolean') return asks ? 'asks' : 'does-not-ask'
  const least = asks.versions.replace(/^>=/, '')
  return version !== undefined && isAtLeast(version, least) ? 'asks' : 'untried'
}
