import type { Cluster, Redis } from "ioredis";
import type { Request, Response } from "express";
import { AppError } from "@longshore/shared/errors";
import type { Guard } from "../guard.ts";
import { costOf } from "./cost-of.ts";
import { createRateLimiter, type RateLimiter } from "./create-rate-limiter.ts";
import { networkOf } from "./network-of.ts";

export type RateLimits = {
  /** Of each key, and of each address without one; 0 for no limit. */
  points: number;
  addressPoints: number;
  windowMs: number;
};

type Limit = { points: number; policy: string; take: RateLimiter };

/**
 * A guard that refuses who has spent the points of the window with `rate_limited`. Each answer tells what is left, in the
 * headers of draft-ietf-httpapi-ratelimit-headers.
 */
export function limitRate(
  { redis, namespace }: { redis: Redis | Cluster; namespace: string },
  limits: RateLimits,
): Guard {
  const ofKeys = createLimit("key", limits.points);
  const ofAddresses = createLimit("address", limits.addressPoints);

  function createLimit(what: string, points: number): Limit | undefined {
    const { windowMs } = limits;
    const prefix = `${namespace}:rate:${what}`;
    const policy = `"default";q=${points};w=${windowMs / 1_000}`;
    return points > 0 ? { points, policy, take: createRateLimiter({ redis, prefix, points, windowMs }) } : undefined;
  }

  return (req, res, route) => {
    const limit = req.caller.keyId === null ? ofAddresses : ofKeys;
    const cost = costOf(route);
    if (limit && cost > 0) return spend(limit, cost, req, res);
  };
}

async function spend(limit: Limit, cost: number, { caller, ip }: Request, res: Response): Promise<void> {
  const who = `${caller.tenant}:${caller.keyId ?? networkOf(ip)}`;
  // What costs more than the whole limit could never be asked for.
  const { isAllowed, remaining, resetMs } = await limit.take(who, Math.min(cost, limit.points));
  const resetSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
  res.setHeader("RateLimit-Policy", limit.policy);
  res.setHeader("RateLimit", `"default";r=${remaining};t=${resetSeconds}`);
  if (!isAllowed) throw refuse(limit, resetSeconds);
}

function refuse({ points }: Limit, retryAfterSeconds: number): AppError {
  return new AppError("rate_limited", {
    message: `The ${points} points of this window are spent; the next one begins in ${retryAfterSeconds} seconds`,
    retryAfterSeconds,
  });
}
