/** When there is time to draw, and when it was drawn. In a tab that nobody looks at there are no frames: what waits for one is done all the same. */

const once = (callback: () => void): (() => void) => {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    callback()
  }
}

/** Calls back with the next frame. */
export const atFrame = (callback: () => void): void => {
  const run = once(callback)
  requestAnimationFrame(run)
  setTimeout(run, 250)
}

/** Calls back when what was drawn is on the screen. */
export const afterPaint = (callback: () => void): void => {
  const run = once(callback)
  // The first frame paints it; the next one begins after that, and is not to wait for us.
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(run)))
  setTimeout(run, 500)
}
