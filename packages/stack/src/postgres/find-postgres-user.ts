import { execFileSync } from "node:child_process";

export type SystemUser = { name: string; uid: number; gid: number };

const name = "postgres";

/** PostgreSQL refuses to run as root: for root, the system's `postgres` user, made if there is none; else undefined. */
export function findPostgresUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return lookUp() ?? create();
}

function lookUp(): SystemUser | undefined {
  try {
    const [, , uid, gid] = execFileSync("getent", ["passwd", name], { encoding: "utf8" }).split(":");
    return { name, uid: Number(uid), gid: Number(gid) };
  } catch {
    return undefined;
  }
}

function create(): SystemUser {
  execFileSync("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name]);
  const user = lookUp();
  if (!user) throw new Error(`PostgreSQL needs a system user other than root, and "${name}" could not be made.`);
  return user;
}
