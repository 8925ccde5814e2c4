extension JSONValue {
  /// An encodable value as JSON, without Foundation.
  package init(encoding value: some Encodable) throws {
    let slot = Slot()
    try value.encode(to: ValueEncoder(slot: slot, codingPath: []))
    self = slot.value
  }
}

/// Where a value goes that is being encoded.
private final class Slot {
  private enum Content {
    case single(JSONValue)
    case members([String: Slot])
    case list([Slot])
  }
  private var content = Content.members([:])

  var value: JSONValue {
    switch content {
    case .single(let value): value
    case .members(let members): .object(members.mapValues(\.value))
    case .list(let slots): .list(slots.map(\.value))
    }
  }

  func set(_ value: JSONValue) { content = .single(value) }

  func becomeList() { content = .list([]) }

  func member(_ name: String) -> Slot {
    let slot = Slot()
    var members: [String: Slot] = if case .members(let members) = content { members } else { [:] }
    members[name] = slot
    content = .members(members)
    return slot
  }

  func element() -> Slot {
    let slot = Slot()
    let slots: [Slot] = if case .list(let slots) = content { slots } else { [] }
    content = .list(slots + [slot])
    return slot
  }

  var count: Int { if case .list(let slots) = content { slots.count } else { 0 } }
}

private struct ValueEncoder: Encoder {
  let slot: Slot
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Members(slot: slot, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    slot.becomeList()
    return Elements(slot: slot, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    Single(slot: slot, codingPath: codingPath)
  }
}

extension Slot {
  fileprivate func encode(_ value: some Encodable, _ path: [any CodingKey]) throws {
    switch value {
    case let value as Bool: set(.flag(value))
    case let value as String: set(.text(value))
    case let value as Double: set(.number(value))
    case let value as Float: set(.number(Double(value)))
    case let value as UInt64: set(.unsigned(value))
    case let value as any FixedWidthInteger: set(.integer(Int(clamping: value)))
    default: try value.encode(to: ValueEncoder(slot: self, codingPath: path))
    }
  }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let slot: Slot
  let codingPath: [any CodingKey]

  func encodeNil(forKey key: Key) { slot.member(key.stringValue).set(.null) }

  func encode(_ value: some Encodable, forKey key: Key) throws {
    try slot.member(key.stringValue).encode(value, codingPath + [key])
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    nested(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    nested(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder {
    ValueEncoder(slot: slot.member("super"), codingPath: codingPath)
  }

  func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

  private func nested(_ key: Key) -> ValueEncoder {
    ValueEncoder(slot: slot.member(key.stringValue), codingPath: codingPath + [key])
  }
}

private struct Elements: UnkeyedEncodingContainer {
  let slot: Slot
  let codingPath: [any CodingKey]
  var count: Int { slot.count }

  func encodeNil() { slot.element().set(.null) }

  func encode(_ value: some Encodable) throws { try slot.element().encode(value, codingPath) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    nested.container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested.unkeyedContainer() }

  func superEncoder() -> any Encoder { nested }

  private var nested: ValueEncoder { ValueEncoder(slot: slot.element(), codingPath: codingPath) }
}

private struct Single: SingleValueEncodingContainer {
  let slot: Slot
  let codingPath: [any CodingKey]

  func encodeNil() { slot.set(.null) }

  func encode(_ value: some Encodable) throws { try slot.encode(value, codingPath) }
}
