import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'

/** A component whose code is loaded when it is shown for the first time. */
export const later = <Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> => {
  let loaded: ComponentType<Props> | undefined
  return (props) => {
    const problem = useSignal(false)
    const isThere = useSignal(loaded !== undefined)
    useEffect(() => {
      if (loaded) return
      load().then(
        (component) => {
          loaded = component
          isThere.value = true
        },
        () => {
          problem.value = true
        },
      )
    }, [])
    const Shown = loaded
    if (isThere.value && Shown) return <Shown {...props} />
    return problem.value ? (
      <p class="bad">This part of the page could not be loaded: reload the page</p>
    ) : null
  }
}
