/** Where this page talks to, and with what. */

export const tokenKey = 'maestro-token'

/** Below whatever path the page came from. */
export const serverUrl = `${location.origin}${location.pathname.replace(/\/+$/, '')}`
