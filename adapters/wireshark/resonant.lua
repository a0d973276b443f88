-- Resonant Protocol 1 in Wireshark: frames (specs/frame.md) and repair datagrams (specs/fec.md) over UDP, TCP and whatever
-- else hands whole ones over. README.md beside this file says how to install it and what to filter by.
--
-- Every byte belongs to a field. What a receiver would reject has an expert info with the code and the clause, and the first
-- code by the checking order (frame.md, section 4) in `resonant.code`, as far as it can be seen without a key and without
-- decompressing. No count is believed before it is compared with the bytes that there are.

local MIN_FRAME, MAX_FRAME, MIN_REPAIR, MAX_DATAGRAM = 33, 65536, 59, 65507
local MAX_SHOWN = 256 -- entries of one list in the tree, so that a hostile frame does not make a tree of 16,000 lines
local REPAIR_MAGIC = "RSF1"
local TYPES = { [0] = "Think", "Cache", "Ask", "Sync", "Critique" }
local MODALITIES = { [0] = "Text", "Image", "Audio", "Graph", "Mixed" }
local DTYPES = { [0x01] = "F16", [0x02] = "I8", [0x03] = "Q4", [0x10] = "SparseCoo" }
local SYNC, ZSTD, XCHACHA, KNOWN_FLAGS = 3, 0x1, 0x2, 0x7

local proto = Proto("resonant", "Resonant Protocol")

local f = {
    version = ProtoField.uint8("resonant.version", "version"),
    type = ProtoField.uint8("resonant.type", "type", base.DEC, TYPES),
    flags = ProtoField.uint16("resonant.flags", "flags", base.HEX),
    zstd = ProtoField.bool("resonant.flags.zstd", "ZSTD", 16, nil, 0x0001),
    xchacha = ProtoField.bool("resonant.flags.xchacha", "XCHACHA", 16, nil, 0x0002),
    strong_tail = ProtoField.bool("resonant.flags.strong_tail", "STRONG_TAIL", 16, nil, 0x0004),
    reserved = ProtoField.uint16("resonant.flags.reserved", "reserved", base.HEX, nil, 0xfff8),
    stream_id = ProtoField.uint32("resonant.stream_id", "stream_id"),
    frame_seq = ProtoField.uint64("resonant.frame_seq", "frame_seq"),
    num_slices = ProtoField.uint64("resonant.num_slices", "num_slices"),
    slice_len = ProtoField.uint32("resonant.slice_len", "slice_len"),
    space_hash32 = ProtoField.uint32("resonant.space_hash32", "space_hash32"),
    modality = ProtoField.uint8("resonant.modality", "modality", base.DEC, MODALITIES),
    body = ProtoField.bytes("resonant.body", "body, compressed or sealed"),
    nonce = ProtoField.bytes("resonant.nonce", "nonce"),
    rest = ProtoField.bytes("resonant.rest", "bytes that belong to no field"),
    crc32 = ProtoField.uint32("resonant.crc32", "crc32", base.HEX),
    crc_status = ProtoField.string("resonant.crc32.status", "crc32 status"),
    slice = ProtoField.bytes("resonant.slice", "slice"),
    dtype = ProtoField.uint8("resonant.slice.dtype", "dtype", base.HEX, DTYPES),
    rank = ProtoField.uint8("resonant.slice.rank", "rank"),
    dim = ProtoField.uint32("resonant.slice.dim", "dim"),
    payload = ProtoField.bytes("resonant.slice.payload", "payload"),
    json = ProtoField.string("resonant.sync.json", "JSON"),
    method = ProtoField.string("resonant.sync.method", "method"),
    error_code = ProtoField.string("resonant.sync.code", "code of an error"),
    repair_base = ProtoField.uint64("resonant.repair.base", "base"),
    repair_k = ProtoField.uint8("resonant.repair.k", "k"),
    repair_r = ProtoField.uint8("resonant.repair.r", "r"),
    repair_index = ProtoField.uint8("resonant.repair.index", "index"),
    repair_step = ProtoField.uint8("resonant.repair.step", "step"),
    repair_parity = ProtoField.bytes("resonant.repair.parity", "parity"),
    repair_magic = ProtoField.string("resonant.repair.magic", "magic"),
    code = ProtoField.string("resonant.code", "a receiver rejects this with"),
}
local fields = {}
for _, field in pairs(f) do
    fields[#fields + 1] = field
end
proto.fields = fields

-- code -> the clause, for the expert infos. The names are those of specs/README.md.
local CLAUSES = {
    FRAME_TOO_SHORT = "FRM-25", FRAME_TOO_LARGE = "FRM-26", BAD_VERSION = "FRM-2", CRC_MISMATCH = "FRM-24",
    BAD_TYPE = "FRM-3", RESERVED_FLAGS = "FRM-39", BAD_SLICE_TABLE = "FRM-8", BAD_MODALITY = "FRM-11",
    PLAIN_TOO_LARGE = "FRM-27", BAD_DTYPE = "FRM-14", BAD_RANK = "FRM-15", LENGTH_MISMATCH = "FRM-17",
    TRUNCATED_BODY = "FRM-21", TRAILING_BYTES = "FRM-22", DECRYPT_FAILED = "XCH-5", BAD_REPAIR = "FEC-13",
}
local experts = {}
for code, clause in pairs(CLAUSES) do
    local name = "resonant.expert." .. code:lower()
    experts[code] = ProtoExpert.new(name, code .. " (" .. clause .. ")", expert.group.MALFORMED, expert.severity.ERROR)
end
do
    local listed = {}
    for _, one in pairs(experts) do
        listed[#listed + 1] = one
    end
    proto.experts = listed
end

-- CRC-32 as in zlib, by a table.

local bits = bit32 or bit
local CRC = {}
for byte = 0, 255 do
    local value = byte
    for _ = 1, 8 do
        local odd = value % 2 == 1
        value = bits.rshift(value, 1) % 2 ^ 32
        if odd then
            value = bits.bxor(value, 0xEDB88320) % 2 ^ 32
        end
    end
    CRC[byte] = value
end

local function crc32(bytes)
    local value = 0xFFFFFFFF
    for at = 1, #bytes do
        local low = bits.bxor(value, bytes:byte(at)) % 256
        value = bits.bxor(math.floor(value / 256), CRC[low]) % 2 ^ 32
    end
    return bits.bxor(value, 0xFFFFFFFF) % 2 ^ 32
end

-- The verdict on one frame: the first code of the checking order, and an expert info for each fault.

local Verdict = {}
Verdict.__index = Verdict

function Verdict.new(tree)
    return setmetatable({ tree = tree, code = nil }, Verdict)
end

function Verdict:fault(code, detail)
    self.code = self.code or code
    local text = code .. " (" .. CLAUSES[code] .. "): " .. detail
    self.tree:add_proto_expert_info(experts[code], text)
end

-- Lengths as exact numbers: products of dims go beyond what a number holds, so they stop above what any frame has.
local function elements(dims)
    local product = 1
    for _, dim in ipairs(dims) do
        if dim == 0 then
            return 0
        end
    end
    for _, dim in ipairs(dims) do
        product = math.min(product * dim, 2 ^ 40)
    end
    return product
end

local function fits(dtype, dims, length)
    local n = elements(dims)
    if dtype == 0x01 then
        return length == 2 * n
    elseif dtype == 0x02 then
        return length == n
    elseif dtype == 0x03 then
        return length == math.ceil(n / 2)
    end
    return length % 2 == 0 and length <= 2 * n
end

local function add_crc(buffer, at, tree)
    local told = buffer(at, 4):le_uint()
    local actual = crc32(buffer:raw(0, at))
    tree:add_le(f.crc32, buffer(at, 4)):append_text(told == actual and ", right" or string.format(", but 0x%08x is right", actual))
    tree:add(f.crc_status, buffer(at, 4), told == actual and "right" or "wrong"):set_generated()
    return told == actual
end

-- The slices of a plain body. Gives where they end, or nil where they cannot be followed any further.
local function add_slices(buffer, at, stop, lengths, tree, verdict)
    local first
    for index, length in ipairs(lengths) do
        local start = at
        if at + 1 > stop then
            verdict:fault("TRUNCATED_BODY", "slice " .. index - 1 .. " has no dtype")
            return nil
        end
        local dtype = buffer(at, 1):uint()
        local shown = index <= MAX_SHOWN
        local label = string.format("slice %d: %s", index - 1, DTYPES[dtype] or string.format("dtype 0x%02x", dtype))
        local branch = shown and tree:add(f.slice, buffer(at, math.min(stop - at, 2))) or nil
        if branch then
            branch:set_text(label)
            branch:add(f.dtype, buffer(at, 1))
        end
        if DTYPES[dtype] == nil then
            verdict:fault("BAD_DTYPE", string.format("slice %d has dtype 0x%02x", index - 1, dtype))
            return nil
        end
        if at + 2 > stop then
            verdict:fault("TRUNCATED_BODY", "slice " .. index - 1 .. " has no rank")
            return nil
        end
        local rank = buffer(at + 1, 1):uint()
        if branch then
            branch:add(f.rank, buffer(at + 1, 1))
        end
        if rank == 0 then
            verdict:fault("BAD_RANK", "slice " .. index - 1 .. " has rank 0")
            return nil
        end
        at = at + 2
        local dims = {}
        for which = 1, rank do
            if at + 4 > stop then
                verdict:fault("TRUNCATED_BODY", string.format("slice %d has not all of its %d dims", index - 1, rank))
                return nil
            end
            dims[which] = buffer(at, 4):le_uint()
            if branch then
                branch:add_le(f.dim, buffer(at, 4))
            end
            at = at + 4
        end
        if not fits(dtype, dims, length) then
            verdict:fault("LENGTH_MISMATCH", string.format("slice %d has %d bytes, which its dims contradict", index - 1, length))
            return nil
        end
        if at + length > stop then
            verdict:fault("TRUNCATED_BODY", string.format("slice %d has %d of %d bytes", index - 1, stop - at, length))
            return nil
        end
        if branch then
            branch:set_text(string.format("%s [%s]", label, table.concat(dims, ", ")))
            branch:set_len(at + length - start)
            if length > 0 then
                branch:add(f.payload, buffer(at, length))
            end
        end
        if index == 1 then
            first = { dtype = dtype, at = at, length = length }
        end
        at = at + length
    end
    return at, first
end

-- What a Sync frame says, as far as two members can be found without a reader of JSON: the text itself is a field.
local function add_json(buffer, first, tree)
    local text = buffer:raw(first.at, first.length)
    local range = buffer(first.at, first.length)
    tree:add(f.json, range, (text:gsub("[^\32-\126]", ".")))
    local method = text:match('"method"%s*:%s*"([%w_%-]+)"')
    local code = method == "error" and text:match('"code"%s*:%s*"([%w_]+)"') or nil
    if method then
        tree:add(f.method, range, method):set_generated()
    end
    if code then
        tree:add(f.error_code, range, code):set_generated()
    end
    return method, code
end

local function add_body(buffer, at, stop, head, tree, verdict)
    if head.xchacha or head.zstd then
        if head.xchacha and stop - at < 40 then
            verdict:fault("DECRYPT_FAILED", "a sealed body has at least 40 bytes, this one " .. stop - at)
        end
        local start = at
        if head.xchacha and stop - at >= 24 then
            tree:add(f.nonce, buffer(at, 24))
            start = at + 24
        end
        if stop > start then
            tree:add(f.body, buffer(start, stop - start))
        end
        return nil
    end
    local stopped, first = add_slices(buffer, at, stop, head.lengths, tree, verdict)
    if stopped == nil then
        if stop > at then
            tree:add(f.rest, buffer(at, stop - at))
        end
        return nil
    end
    if stopped < stop then
        verdict:fault("TRAILING_BYTES", stop - stopped .. " bytes after the last slice")
        tree:add(f.rest, buffer(stopped, stop - stopped))
        return nil
    end
    if head.type == SYNC and first and first.dtype == 0x02 and first.length > 0 then
        return add_json(buffer, first, tree)
    end
    return nil
end

local function add_flags(buffer, tree)
    local branch = tree:add_le(f.flags, buffer(2, 2))
    branch:add_le(f.zstd, buffer(2, 2))
    branch:add_le(f.xchacha, buffer(2, 2))
    branch:add_le(f.strong_tail, buffer(2, 2))
    branch:add_le(f.reserved, buffer(2, 2))
    return buffer(2, 2):le_uint()
end

-- The table of lengths. Gives them and their sum, which is exact: 16,000 numbers of 32 bits.
local function add_table(buffer, count, tree)
    local lengths, sum = {}, 0
    for index = 1, count do
        local range = buffer(24 + 4 * (index - 1), 4)
        lengths[index] = range:le_uint()
        sum = sum + lengths[index]
        if index <= MAX_SHOWN then
            tree:add_le(f.slice_len, range)
        end
    end
    return lengths, sum
end

-- A whole frame. Gives a line about it.
local function add_frame(buffer, tree, verdict)
    local size = buffer:len()
    local head = {}
    tree:add(f.version, buffer(0, 1))
    if buffer(0, 1):uint() ~= 1 then
        verdict:fault("BAD_VERSION", "version " .. buffer(0, 1):uint())
    end
    if not add_crc(buffer, size - 4, tree) then
        verdict:fault("CRC_MISMATCH", "the frame was changed on its way, or its writer computes another CRC")
    end
    head.type = buffer(1, 1):uint()
    tree:add(f.type, buffer(1, 1))
    if TYPES[head.type] == nil then
        verdict:fault("BAD_TYPE", "type " .. head.type)
    end
    local flags = add_flags(buffer, tree)
    if flags > KNOWN_FLAGS then
        verdict:fault("RESERVED_FLAGS", string.format("flags 0x%04x", flags))
    end
    head.zstd, head.xchacha = flags % 2 >= ZSTD, math.floor(flags / 2) % 2 == 1
    tree:add_le(f.stream_id, buffer(4, 4))
    tree:add_le(f.frame_seq, buffer(8, 8))
    tree:add_le(f.num_slices, buffer(16, 8))
    local line = string.format("%s stream_id=%d frame_seq=%s", TYPES[head.type] or "type " .. head.type, buffer(4, 4):le_uint(), tostring(buffer(8, 8):le_uint64()))
    local room = math.floor((size - MIN_FRAME) / 4)
    local count = buffer(16, 4):le_uint()
    if buffer(20, 4):le_uint() ~= 0 or count > room then
        verdict:fault("BAD_SLICE_TABLE", string.format("num_slices is %s, and there is room for %d", tostring(buffer(16, 8):le_uint64()), room))
        if size - 4 > 24 then
            tree:add(f.rest, buffer(24, size - 28))
        end
        return line
    end
    local sum
    head.lengths, sum = add_table(buffer, count, tree)
    local at = 24 + 4 * count
    tree:add_le(f.space_hash32, buffer(at, 4))
    tree:add(f.modality, buffer(at + 4, 1))
    if MODALITIES[buffer(at + 4, 1):uint()] == nil then
        verdict:fault("BAD_MODALITY", "modality " .. buffer(at + 4, 1):uint())
    end
    if MIN_FRAME + 10 * count + sum > MAX_FRAME then
        verdict:fault("PLAIN_TOO_LARGE", "the slices have " .. sum .. " bytes")
    end
    local method, code = add_body(buffer, at + 5, size - 4, head, tree, verdict)
    if head.type == SYNC and count == 0 and not head.zstd and not head.xchacha then
        line = line:gsub("^Sync", "HEART", 1)
    end
    return line .. (method and " " .. method or "") .. (code and " " .. code or "")
end

local function between(value, low, high)
    return value >= low and value <= high
end

-- A repair datagram.
local function add_repair(buffer, tree, verdict)
    local size = buffer:len()
    if not between(size, MIN_REPAIR, MAX_DATAGRAM) then
        verdict:fault("BAD_REPAIR", "repair has 59 to 65,507 bytes, this has " .. size)
        tree:add(f.rest, buffer(0, size))
        return "repair"
    end
    if not add_crc(buffer, size - 4, tree) then
        verdict:fault("CRC_MISMATCH", "the repair was changed on its way, or its writer computes another CRC")
    end
    tree:add(f.repair_magic, buffer(0, 4))
    tree:add_le(f.stream_id, buffer(4, 4))
    tree:add_le(f.repair_base, buffer(8, 8))
    tree:add(f.repair_k, buffer(16, 1))
    tree:add(f.repair_r, buffer(17, 1))
    tree:add(f.repair_index, buffer(18, 1))
    tree:add(f.repair_step, buffer(19, 1))
    tree:add(f.repair_parity, buffer(20, size - 24))
    local k, r, index, step = buffer(16, 1):uint(), buffer(17, 1):uint(), buffer(18, 1):uint(), buffer(19, 1):uint()
    local last = buffer(8, 8):le_uint64() + UInt64((k - 1) * step)
    if not (between(k, 1, 128) and between(r, 1, 32) and index < r and between(step, 1, 16)) then
        verdict:fault("BAD_REPAIR", string.format("k %d, r %d, index %d, step %d", k, r, index, step))
    elseif last < buffer(8, 8):le_uint64() then
        verdict:fault("BAD_REPAIR", "the numbers of the group go beyond 64 bits")
    end
    return string.format("repair %d of %d for %d frames, stream_id=%d base=%s", index, r, k, buffer(4, 4):le_uint(), tostring(buffer(8, 8):le_uint64()))
end

-- Of what was not captured as a whole, or could not be put together, nothing can be judged.
local function add_part(part, tree, whole)
    local line = "only " .. part:len() .. " of " .. whole .. " bytes are here: not judged"
    tree:add(f.rest, part)
    tree:append_text(", " .. line)
    return line
end

local function dissect(buffer, pinfo, root)
    local size, whole = buffer:len(), buffer:reported_len()
    pinfo.cols.protocol = "RESONANT"
    local tree = root:add(proto, buffer(0, size))
    local verdict = Verdict.new(tree)
    local line
    if size < whole then
        return add_part(buffer(0, size), tree, whole)
    elseif size >= 4 and buffer:raw(0, 4) == REPAIR_MAGIC then
        line = add_repair(buffer, tree, verdict)
    elseif size < MIN_FRAME then
        verdict:fault("FRAME_TOO_SHORT", "a frame has at least 33 bytes, this has " .. size)
        if size > 0 then
            tree:add(f.rest, buffer(0, size))
        end
        line = size .. " bytes"
    elseif size > MAX_FRAME then
        verdict:fault("FRAME_TOO_LARGE", "a frame has at most 65,536 bytes, this has " .. size)
        tree:add(f.rest, buffer(0, size))
        line = size .. " bytes"
    else
        line = add_frame(buffer, tree, verdict)
    end
    if verdict.code then
        tree:add(f.code, buffer(0, math.min(size, 1)), verdict.code):set_generated()
        line = line .. " [" .. verdict.code .. "]"
    end
    tree:append_text(", " .. line)
    return line
end

function proto.dissector(buffer, pinfo, root)
    if buffer:len() == 0 then
        return 0
    end
    pinfo.cols.info = dissect(buffer, pinfo, root)
    return buffer:len()
end

-- Over TCP (specs/transport.md): a length, then the frame. A length that is none ends what can be read of the connection.

local stream = Proto("resonant_tcp", "Resonant Protocol over TCP")
local length_field = ProtoField.uint32("resonant.length", "length before the frame")
stream.fields = { length_field }

local function pdu_length(buffer, _, offset)
    if buffer:len() < offset + 4 then
        return 4 -- all that is here of a length, where Wireshark does not put segments together
    end
    local length = buffer(offset, 4):le_uint()
    return between(length, MIN_FRAME, MAX_FRAME) and 4 + length or buffer:len() - offset
end

local lines
local function dissect_pdu(buffer, pinfo, root)
    if buffer:len() < 4 then
        lines[#lines + 1] = add_part(buffer(), root:add(stream, buffer()), 4)
        return buffer:len()
    end
    local length = buffer(0, 4):le_uint()
    local tree = root:add(stream, buffer(0, 4))
    tree:add_le(length_field, buffer(0, 4))
    if not between(length, MIN_FRAME, MAX_FRAME) then
        local code = length < MIN_FRAME and "FRAME_TOO_SHORT" or "FRAME_TOO_LARGE"
        tree:add_proto_expert_info(experts[code], code .. " (TCP-3, TCP-4): a length of " .. length .. ", which closes the connection")
        tree:add(f.code, buffer(0, 4), code):set_generated()
        lines[#lines + 1] = "length " .. length .. " [" .. code .. "]"
    elseif buffer:len() < 4 + length then
        if buffer:len() > 4 then
            lines[#lines + 1] = add_part(buffer(4), tree, length)
        end
    else
        lines[#lines + 1] = dissect(buffer(4, length):tvb(), pinfo, root)
    end
    return buffer:len()
end

function stream.dissector(buffer, pinfo, root)
    lines = {}
    pinfo.cols.protocol = "RESONANT"
    dissect_tcp_pdus(buffer, root, 4, pdu_length, dissect_pdu)
    if #lines > 0 then
        pinfo.cols.info = table.concat(lines, "; ")
    end
    return buffer:len()
end

-- Which packets: by port for those who say so (Decode As), and by their look. The protocol has no port of its own.

local function looks_like_a_frame(buffer, offset, size)
    if size < MIN_FRAME then
        return false
    end
    local flags = buffer(offset + 2, 2):le_uint()
    return buffer(offset, 1):uint() == 1 and buffer(offset + 1, 1):uint() <= 4 and flags <= KNOWN_FLAGS and buffer(offset + 20, 4):le_uint() == 0
end

proto:register_heuristic("udp", function(buffer, pinfo, root)
    local repair = buffer:len() >= MIN_REPAIR and buffer:raw(0, 4) == REPAIR_MAGIC
    if not repair and not looks_like_a_frame(buffer, 0, buffer:len()) then
        return false
    end
    proto.dissector(buffer, pinfo, root)
    return true
end)

stream:register_heuristic("tcp", function(buffer, pinfo, root)
    if buffer:len() < 28 or not between(buffer(0, 4):le_uint(), MIN_FRAME, MAX_FRAME) then
        return false
    end
    if not looks_like_a_frame(buffer, 4, buffer(0, 4):le_uint()) then
        return false
    end
    pinfo.conversation = stream
    stream.dissector(buffer, pinfo, root)
    return true
end)

DissectorTable.get("udp.port"):add_for_decode_as(proto)
DissectorTable.get("tcp.port"):add_for_decode_as(stream)
