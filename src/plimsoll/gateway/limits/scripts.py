"""The three scripts that Redis runs for `RedisLimits`. Each runs whole and alone, by the clock of the server.

An allowance has two keys. Its hash holds `r` and `t`, the requests and tokens that count; `r<second>` and `t<second>`,
what they are made of; `f` and `l`, the first and last second in it. Its sorted set holds the places of calls under
way, by the millisecond at which each expires. Seconds count as in `window.py`: until second + 61.
"""

_COMMON = """
local time = redis.call('TIME')
local now = tonumber(time[1])
local now_ms = now * 1000 + math.floor(tonumber(time[2]) / 1000)

local function used(key)
  local kept = redis.call('HMGET', key, 'r', 't', 'f', 'l')
  if not kept[3] then return 0, 0, now, now end
  local requests, tokens = tonumber(kept[1] or 0), tonumber(kept[2] or 0)
  local first, last = tonumber(kept[3]), tonumber(kept[4])
  local gone = now - 61
  if last <= gone then
    redis.call('DEL', key)
    return 0, 0, now, now
  end
  if first <= gone then
    for second = first, gone do
      local old = redis.call('HMGET', key, 'r' .. second, 't' .. second)
      requests, tokens = requests - tonumber(old[1] or 0), tokens - tonumber(old[2] or 0)
      redis.call('HDEL', key, 'r' .. second, 't' .. second)
    end
    first = gone + 1
    redis.call('HSET', key, 'r', requests, 't', tokens, 'f', first)
  end
  return requests, tokens, first, last
end

local function count(key, field, amount, second)
  redis.call('HINCRBY', key, field, amount)
  redis.call('HINCRBY', key, field .. second, amount)
  redis.call('HSETNX', key, 'f', second)
  redis.call('HSET', key, 'l', second)
  redis.call('EXPIRE', key, 125)
end
"""

ADMIT = (
    _COMMON
    + """
local member, lease, tokens = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local function wait(key, field, total, amount, limit, first, last)
  if amount > limit then return -1 end
  for second = first, last do
    total = total - tonumber(redis.call('HGET', key, field .. second) or 0)
    if total + amount <= limit then return math.max(0, (second + 61) * 1000 - now_ms) end
  end
  return 0
end

local at = now
for i = 1, #KEYS / 2 do
  local windows, places = KEYS[2 * i - 1], KEYS[2 * i]
  local most_requests, most_tokens = tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  local most_places = tonumber(ARGV[3 * i + 3])
  if most_places >= 0 then
    redis.call('ZREMRANGEBYSCORE', places, '-inf', now_ms)
    if redis.call('ZCARD', places) >= most_places then return {i, 3, 1000} end
  end
  if most_requests >= 0 or most_tokens >= 0 then
    local r, t, first, last = used(windows)
    at = math.max(at, last)
    if most_requests >= 0 and r + 1 > most_requests then
      return {i, 1, wait(windows, 'r', r, 1, most_requests, first, last)}
    end
    if most_tokens >= 0 and t + tokens > most_tokens then
      return {i, 2, wait(windows, 't', t, tokens, most_tokens, first, last)}
    end
  end
end

for i = 1, #KEYS / 2 do
  local windows, places = KEYS[2 * i - 1], KEYS[2 * i]
  if tonumber(ARGV[3 * i + 1]) >= 0 then count(windows, 'r', 1, at) end
  if tonumber(ARGV[3 * i + 2]) >= 0 then count(windows, 't', tokens, at) end
  if tonumber(ARGV[3 * i + 3]) >= 0 then
    redis.call('ZADD', places, now_ms + lease, member)
    redis.call('PEXPIRE', places, 2 * lease)
  end
end
return {0, at, 0}
"""
)
"""KEYS: two for each allowance. ARGV: member, lease in ms, tokens, and three limits for each allowance (-1: none).

Returns {0, second, 0}, or {place of the allowance that refuses, 1 requests 2 tokens 3 concurrent, ms to wait or -1}.
"""

LEAVE = (
    _COMMON
    + """
local member, second, surplus = ARGV[1], ARGV[2], tonumber(ARGV[3])
for i = 1, #KEYS / 2 do
  local windows, places = KEYS[2 * i - 1], KEYS[2 * i]
  if tonumber(ARGV[3 * i + 2]) >= 0 then
    local _, _, _, last = used(windows)
    if surplus < 0 then
      count(windows, 't', -surplus, math.max(now, last))
    elseif surplus > 0 and redis.call('HEXISTS', windows, 't' .. second) == 1 then
      redis.call('HINCRBY', windows, 't', -surplus)
      redis.call('HINCRBY', windows, 't' .. second, -surplus)
    end
  end
  if tonumber(ARGV[3 * i + 3]) >= 0 then redis.call('ZREM', places, member) end
end
return 1
"""
)
"""KEYS as above. ARGV: member, the second it was counted in, tokens it did not need (negative: needed beyond them),
and the three limits for each allowance."""

RENEW = """
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local lease = tonumber(ARGV[1])
for i = 1, #KEYS do
  redis.call('ZADD', KEYS[i], 'XX', now_ms + lease, ARGV[i + 1])
  redis.call('PEXPIRE', KEYS[i], 2 * lease)
end
return #KEYS
"""
"""KEYS: the sorted set of each place to renew. ARGV: lease in ms, and the member of each place."""
