/** Whoever is handed a node has so long to make a job of it; then it is anybody's again. */
export const LEASE_MS = 10_000

/** Characters of a value that is kept with the only node that begins with it. */
const SHORT = 1024

/** Bytes of calls after which no more nodes are handed out at once. */
export const MOST_BYTES = 1_000_000

/** What begins with the end of a job, and is handed to whoever told of that. */
export const BEGIN = `
-- Kept for whoever begins with it. A failure and a list are there already.
local function keep(l, got)
  if got.text and not got.isKept then try('HSET', l.values, got.ref, got.text) end
  got.isKept = true
end

-- A node that becomes a job, where it has not begun.
local function waiting(l, target)
  if l.state == 'revoked' or not string.match(target, '^%d+$') then return end
  local text, state, made = unpack(fieldsOf(l, 'n' .. target, 's' .. target, 'c' .. target), 1, 3)
  if not state and string.match(text or '', '^[tc]|') then return {number = target, made = made} end
  return nil, text
end

-- Given to the caller at once, where that can take more.
local function begin(l, node, got)
  local isGiven = #l.given < (l.most or 0)
  try('ZADD', l.ready, isGiven and ms(l.now + ${LEASE_MS}) or 0, string.format('%06d', node.number))
  if isGiven then l.given[#l.given + 1] = {node = node, got = got} else l.hasFree = true end
  l.opened, l.woken = l.opened + 1, true
end

-- How one is noted that begins. What only it begins with stands there, too, where that is short.
local function begunWith(l, got, isOnly)
  local isShort = isOnly and got.text and #got.text <= ${SHORT}
  if not isShort then keep(l, got) end
  return 'q' .. got.ref .. (isShort and '|' .. got.text or '')
end

local function give(l, out, node, ref, made, known)
  local count = #out.nodes
  out.nodes[count + 1], out.nodes[count + 2], out.nodes[count + 3] = node, made or '', ref
  out.most, out.bytes = out.most - 1, out.bytes + #(made or '')
  if out.known[ref] then return end
  local text, task = known, ''
  if not text then text, task = more().textOf(l, ref) end
  if not text then return end
  out.known[ref] = true
  for _, part in ipairs({ref, text, task}) do out.texts[#out.texts + 1] = part end
  out.bytes = out.bytes + #text
end

-- Whoever made a workflow has the calls that it begins with: they need not travel back.
local function hasCall(l, node, ref)
  return ref == '' and node < (l.has or 0)
end

local function giveBegun(l, out)
  for _, begun in ipairs(l.given) do
    if out.bytes < ${MOST_BYTES} then
      local node, ref = begun.node.number, begun.got.ref
      give(l, out, node, ref, not hasCall(l, tonumber(node), ref) and begun.node.made, begun.got.text)
    else
      try('ZADD', l.ready, 0, string.format('%06d', begun.node.number))
      l.hasFree = true
    end
  end
end
`
