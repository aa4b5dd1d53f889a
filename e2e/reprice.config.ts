import { defineConfig } from '@reprice/config';

export default defineConfig({
  strategies: {
    careful: { guidance: 'Follow the market.', guardrails: { holdAbovePercent: 1 } },
  },
});
