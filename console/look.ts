/** How it looks on this browser: colours and density. */
import { effect, signal } from '@preact/signals'

const themes = ['auto', 'light', 'dark'] as const

export type Theme = (typeof themes)[number]

export const isTheme = (text: string | null): text is Theme => themes.some((theme) => theme === text)

const storedTheme = localStorage.getItem('maestro-theme')
export const theme = signal<Theme>(isTheme(storedTheme) ? storedTheme : 'auto')

export const density = signal<'compact' | 'comfortable'>(
  localStorage.getItem('maestro-density') === 'comfortable' ? 'comfortable' : 'compact',
)

effect(() => {
  localStorage.setItem('maestro-theme', theme.value)
  document.documentElement.dataset.theme = theme.value
})

effect(() => {
  localStorage.setItem('maestro-density', density.value)
  document.documentElement.dataset.density = density.value
})
