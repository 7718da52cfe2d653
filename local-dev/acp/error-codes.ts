/** JSON-RPC's own codes of errors, and ACP's. */
export const errorCodes = {
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  authRequired: -32000,
  requestCancelled: -32800,
} as const
