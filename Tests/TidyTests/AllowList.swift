/// Every exception to the rules of this folder, each with its reason. An entry that covers nothing
/// fails a test, so that the list only ever holds what is still needed.
let allowList: [Allowed] = []
