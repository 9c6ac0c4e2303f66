/** Why a job ended that no handler ended. */
export const cancelledError = { code: "cancelled", message: "The job was cancelled while it ran" };
export const expiredError = { code: "expired", message: "The job had not started when its time was over" };
