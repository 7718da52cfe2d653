// A home for an agent that has never been used: it finds the mock model there, by dummy keys, and nothing else.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { homeFolder } from '../../../local-dev/lib/home'

const key = 'sk-ant-dummy-0000000000000000000000000000'

/** Makes it, and returns the environment that leads to it and to the model at `modelUrl`. */
export const makeHome = (home: string, modelUrl: string): Record<string, string> => {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text)
  }
  const writeJson = (path: string, value: object) => write(path, JSON.stringify(value, null, 2))
  write(
    '.codex/config.toml',
    [
      'model = "mock"',
      'model_provider = "mock"',
      '[model_providers.mock]',
      'name = "mock"',
      `base_url = "${modelUrl}/v1"`,
      'env_key = "OPENAI_API_KEY"',
      'wire_api = "responses"',
      'request_max_retries = 0',
      'stream_max_retries = 0',
    ].join('\n'),
  )
  writeJson('.config/opencode/opencode.json', {
    model: 'mock/mock',
    small_model: 'mock/mock',
    autoupdate: false,
    share: 'disabled',
    provider: {
      mock: {
        npm: '@ai-sdk/openai-compatible',
        name: 'mock',
        options: { baseURL: `${modelUrl}/v1`, apiKey: 'dummy' },
        models: { mock: { name: 'mock', tool_call: true } },
      },
    },
  })
  writeJson('.gemini/settings.json', {
    security: { auth: { selectedType: 'gemini-api-key' } },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
    general: { enableAutoUpdate: false, disableAutoUpdate: true },
  })
  writeJson('.qwen/settings.json', {
    security: { auth: { selectedType: 'openai' } },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
    general: { enableAutoUpdate: false, disableAutoUpdate: true },
  })
  writeJson('.claude.json', {
    hasCompletedOnboarding: true,
    theme: 'dark',
    customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] },
  })
  // What was installed with `maestro agents install` is found here as well.
  const installed = join(homeFolder(), '.maestro', 'agents')
  mkdirSync(join(home, '.maestro'), { recursive: true })
  if (existsSync(installed)) symlinkSync(installed, join(home, '.maestro', 'agents'))
  return {
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_STATE_HOME: join(home, '.local/state'),
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: key,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    // Claude refuses some things to root, and every agent is one in a container.
    IS_SANDBOX: '1',
    OPENAI_API_KEY: 'dummy',
    OPENAI_BASE_URL: `${modelUrl}/v1`,
    OPENAI_MODEL: 'mock',
    GEMINI_API_KEY: 'dummy',
    GOOGLE_GEMINI_BASE_URL: modelUrl,
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
  }
}
