// Stands in for a module that Ink loads only while it is developed.
module.exports = {};
