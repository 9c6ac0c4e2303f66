/** Of answers whose type the client chooses. */
export const negotiatedHeaderDoc = { Vary: "`Accept`: what is answered depends on it." };
