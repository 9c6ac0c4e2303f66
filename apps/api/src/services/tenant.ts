/** Who owns a job while no API keys are configured. */
export const defaultTenant = "default";
