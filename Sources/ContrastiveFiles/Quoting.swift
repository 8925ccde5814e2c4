/// A name from a file, in one line of bounded length and in quotation marks, for messages.
func quoted(_ name: String) -> String {
  name.count > 60 ? (name.prefix(60) + "…").debugDescription : name.debugDescription
}
